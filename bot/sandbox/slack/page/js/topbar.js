// The top: whose workspace this is, that it is for practice, and who is acting. Promise: one person per tab; the choice
// is in the address, so every tab can be somebody else.
import { avatar, h, icon, replace } from "./dom.js";
import { openMenu } from "./popover.js";
import { isBot, me, state } from "./state.js";
import { outsideLinks } from "./sidebar.js";

const role = (p) => (p && p.title ? `, ${p.title}` : "");

/** Draws the top bar; `choose(userId)` switches the person of this tab. */
export function drawTopbar(root, choose) {
  const person = me();
  const picker = h("button", {
    type: "button", class: "person-picker", "data-testid": "person-picker", "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => openPicker(picker, choose),
  }, avatar(person, "s"), h(
    "span",
    { class: "picker-words" },
    h("span", { class: "picker-you" }, "You are "),
    h("strong", null, person ? person.real_name || person.name : "nobody"),
    h("span", { class: "picker-role" }, role(person)),
  ), icon("down"));
  replace(root,
    h(
      "div",
      { class: "workspace" },
      h("span", { class: "workspace-mark", "aria-hidden": "true" }, (state.team.name || "?")[0]),
      h("h1", null, state.team.name),
      h("span", { class: "practice" }, "practice workspace"),
    ),
    h("nav", { class: "top-links", "aria-label": "Also here" }, outsideLinks()),
    picker,
  );
}

function openPicker(anchor, choose) {
  const people = [...state.people.values()].filter((p) => !isBot(p.id));
  openMenu(anchor, [{ heading: "Act as" }, ...people.map((p) => ({
    label: p.real_name || p.name, hint: p.title || (p.is_restricted ? "guest" : ""), lead: avatar(p, "m"), checked: p.id === state.user,
    testid: `person-${p.id}`, value: p.id, run: () => choose(p.id),
  })), { line: true }, {
    label: "Open another person in a new tab",
    hint: "Each tab remembers its own person",
    run: () => window.open(`${location.pathname}${nextPerson(people)}`, "_blank", "noopener"),
  }],
  { label: "Who are you", align: "end" });
}

function nextPerson(people) {
  const at = people.findIndex((p) => p.id === state.user);
  return `#${people[(at + 1) % people.length].id}`;
}
