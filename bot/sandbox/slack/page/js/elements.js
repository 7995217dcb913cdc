// Draws interactive elements and tells the app when one is used. Promise: `renderElement` gives a node for every element
// of Slack's, with data-action-id on it; an element nobody knows is named, not dropped.
import { freshId, h, icon, safeUrl } from "./dom.js";
import { dateInput, fileInput, textInput } from "./inputs.js";
import { plain, textObject } from "./mrkdwn.js";
import { openMenu } from "./popover.js";
import { richEditor } from "./rich_editor.js";
import { selectElement } from "./selects.js";

const DRAW = {
  button, overflow, checkboxes: choices, radio_buttons: choices, workflow_button: button,
  feedback_buttons: feedback, icon_button: iconElement,
  plain_text_input: textInput, number_input: textInput, email_text_input: textInput, url_text_input: textInput,
  datepicker: dateInput, timepicker: dateInput, datetimepicker: dateInput,
  file_input: fileInput, rich_text_input: richEditor,
};

/** `extra`: ids for labels when the element stands in an input block. */
export function renderElement(block, element, surface, extra = {}) {
  const draw = DRAW[element.type] || ((element.type || "").endsWith("select") ? selectElement : null);
  if (!draw) return h("span", { class: "b-unknown" }, `element of type ${element.type}`);
  const node = draw(block, element, surface, extra);
  node.dataset.actionId = element.action_id || "";
  return node;
}

/** Whether using this element is told to the app at once. */
export function dispatches(block) {
  return block.type !== "input" || block.dispatch_action === true;
}

function button(block, element, surface) {
  const style = element.style ? ` ${element.style}` : "";
  const words = plain(element.text);
  const name = element.accessibility_label || null;
  const chosen = { value: element.value ?? null };
  if (element.url && safeUrl(element.url)) {
    return h("a", {
      class: `button${style}`, href: safeUrl(element.url), target: "_blank", rel: "noopener noreferrer", "aria-label": name,
      onclick: () => surface.act(block, { ...element, confirm: null }, chosen),
    }, words);
  }
  const node = h("button", {
    type: "button", class: `button${style}`, "aria-label": name,
    onclick: () => {
      if (node.getAttribute("aria-busy") !== "true") surface.act(block, element, chosen, node);
    },
  }, words);
  return node;
}

function overflow(block, element, surface) {
  const choose = (option) => {
    if (option.url && safeUrl(option.url)) window.open(safeUrl(option.url), "_blank", "noopener");
    surface.act(block, element, { selected_option: option }, node);
  };
  const items = (element.options || []).map((option) => ({
    label: plain(option.text), hint: plain(option.description), value: option.value, testid: "overflow-option", run: () => choose(option),
  }));
  const node = h("button", {
    type: "button", class: "button overflow", "aria-haspopup": "menu", "aria-expanded": "false",
    "aria-label": element.accessibility_label || "More actions", onclick: () => openMenu(node, items, { label: "More actions", align: "end" }),
  }, icon("more"));
  return node;
}

function choices(block, element, surface, extra) {
  const radio = element.type === "radio_buttons";
  const group = freshId("group");
  const value = surface.value(block, element);
  const before = radio ? [value.selected_option].filter(Boolean) : value.selected_options;
  const taken = new Set(before.map((o) => o.value));
  const node = h("div", { class: "choices", role: radio ? "radiogroup" : "group", "aria-labelledby": extra.labelledby, "aria-describedby": extra.describedby,
    "aria-label": extra.labelledby ? null : "Choices", "aria-required": radio && extra.required ? "true" : null });
  const changed = async () => {
    const boxes = [...node.querySelectorAll("input")];
    const now = (element.options || []).filter((_, index) => boxes[index].checked);
    const chosen = radio ? { selected_option: now[0] || null } : { selected_options: now };
    surface.set(block, element, chosen);
    if (dispatches(block)) await surface.act(block, element, chosen, node);
  };
  for (const option of element.options || []) {
    node.append(h("label", { class: "choice" },
      h(
        "input",
        {
          type: radio ? "radio" : "checkbox",
          name: group,
          value: option.value,
          checked: taken.has(option.value),
          onchange: changed,
        },
      ),
      h(
        "span",
        { class: "choice-words" },
        h("span", null, textObject(option.text)),
        option.description ? h("span", { class: "choice-hint" }, textObject(option.description)) : null,
      )));
  }
  return node;
}

function feedback(block, element, surface) {
  const one = (object, sign) => object && h("button", {
    type: "button", class: "button small", "aria-label": object.accessibility_label || null,
    onclick: () => surface.act(block, element, { value: object.value }),
  }, h("span", { "aria-hidden": "true" }, sign), ` ${plain(object.text)}`);
  return h(
    "span",
    { class: "feedback", role: "group", "aria-label": "Feedback" },
    one(element.positive_button, "👍"),
    one(element.negative_button, "👎"),
  );
}

function iconElement(block, element, surface) {
  return h("button", {
    type: "button", class: "button small", "aria-label": element.accessibility_label || plain(element.text),
    onclick: () => surface.act(block, element, { value: element.value ?? null }),
  }, icon(element.icon === "trash" ? "trash" : "info"), ` ${plain(element.text)}`);
}
