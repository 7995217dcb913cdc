// Input blocks: label, optional mark, control, hint, error, and when typing is told to the app. Promise: every control
// has a programmatic label, and its hint and error are read with it.
import { h, freshId } from "./dom.js";
import { renderElement } from "./elements.js";
import { plain } from "./mrkdwn.js";

const GROUPS = new Set(["checkboxes", "radio_buttons"]);

/** An input block as a labelled field. */
export function field(block, surface) {
  const element = block.element || {};
  const ids = { label: freshId("label"), control: freshId("control"), hint: freshId("hint"), error: freshId("error") };
  const described = `${ids.error}${block.hint ? ` ${ids.hint}` : ""}`;
  const control = renderElement(block, element, surface, {
    id: ids.control, labelledby: ids.label, describedby: described, required: !block.optional, inField: true, label: plain(block.label),
  });
  const group = GROUPS.has(element.type);
  const label = h(group ? "div" : "label", { class: "field-label", id: ids.label, for: group ? null : ids.control },
    plain(block.label), block.optional ? h("span", { class: "field-optional" }, " (optional)") : null);
  const node = h(
    "div",
    { class: "field", "data-testid": `block-${block.block_id}`, "data-block-id": block.block_id },
    label,
    control,
  );
  node.append(h("p", { class: "field-error", id: ids.error, hidden: true, role: "alert" }));
  if (block.hint) node.append(h("p", { class: "field-hint", id: ids.hint }, plain(block.hint)));
  return node;
}
