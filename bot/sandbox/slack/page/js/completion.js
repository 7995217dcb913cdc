// What appears over the composer after "/" and "@". Promise: arrows move, Enter and Tab take, Escape closes; typing goes
// on undisturbed.
import { avatar, h, icon, freshId } from "./dom.js";
import { closePopover, openPopover, place, popoverOpen } from "./popover.js";
import { isBot, state } from "./state.js";

export class Completion {
  /** `shortcuts()` gives `{ name, description, callback_id, run }` of those that need no message. */
  constructor(input, { listId, commands, shortcuts, inThread, changed }) {
    Object.assign(this, { input, commands, shortcuts, inThread, changed });
    this.list = h("div", { class: "options completions", role: "listbox", id: listId, "aria-label": "Suggestions" });
    this.rows = [];
    this.at = 0;
    input.addEventListener("input", () => this.look());
    input.addEventListener("blur", () => this.close());
  }

  get open() {
    return popoverOpen(this.input);
  }

  close() {
    if (this.open) closePopover();
  }

  /** Looks at the text before the caret and shows what fits. */
  look() {
    const before = this.input.value.slice(0, this.input.selectionStart);
    const command = /^\/(\S*)$/.exec(before);
    const name = /(?:^|[\s(])@([^\s@]*)$/.exec(before);
    let found = [];
    if (command) found = [...this.commandRows(command[1]), ...this.shortcutRows(command[1])];
    else if (name) found = this.peopleRows(name[1]);
    if (!found.length) {
      this.close();
      return;
    }
    this.show(command ? "Commands and shortcuts" : "People", found);
  }

  shortcutRows(typed) {
    return this.shortcuts().filter((one) => one.name.toLowerCase().startsWith(typed.toLowerCase())).map((one) => ({
      value: one.callback_id, lead: avatar({ is_bot: true }, "s"), label: [one.name], hint: one.description,
      insert: () => {
        this.put(/^\/\S*/, "");
        one.run();
      },
    }));
  }

  commandRows(typed) {
    return this.commands().filter((c) => c.command.slice(1).startsWith(typed.toLowerCase())).map((c) => ({
      value: c.command, off: this.inThread && c.byApp, insert: () => this.put(/^\/\S*/, `${c.command} `),
      lead: c.byApp ? avatar({ is_bot: true }, "s") : h("span", { class: "lead-icon" }, icon("slash")),
      label: [h("strong", null, c.command), c.usage_hint ? h("span", { class: "usage" }, ` ${c.usage_hint}`) : null],
      hint: this.inThread && c.byApp ? "Cannot be used in threads" : c.description,
    }));
  }

  peopleRows(typed) {
    const wanted = typed.toLowerCase();
    const name = (p) => (isBot(p.id) ? state.app.name : p.real_name || p.name);
    return [...state.people.values()].filter((p) => name(p).toLowerCase().startsWith(wanted) || p.name.toLowerCase().startsWith(wanted)).map((p) => ({
      value: p.id, insert: () => this.put(/@[^\s@]*$/, `@${name(p)} `), lead: avatar(p, "s"), label: [name(p)], hint: isBot(p.id) ? "app" : p.title,
    }));
  }

  show(heading, found) {
    this.rows = found.map((row, index) => ({
      ...row,
      node: h("div", { class: "option", role: "option", id: freshId("completion"), "aria-selected": "false", "data-testid": "completion", "data-value": row.value,
        onpointerdown: (event) => event.preventDefault(), onclick: () => this.choose(index), onpointermove: () => this.point(index) },
      row.lead, h(
        "span",
        { class: "menu-words" },
        h("span", null, row.label),
        row.hint ? h("span", { class: "menu-hint" }, row.hint) : null,
      )),
    }));
    this.list.replaceChildren(
      h("div", { class: "menu-heading", role: "presentation" }, heading),
      ...this.rows.map((r) => r.node),
    );
    if (!this.open) openPopover(
      this.input,
      this.list,
      { side: "above", onClose: () => this.input.removeAttribute("aria-activedescendant") },
    );
    this.point(0);
    place();
  }

  point(index) {
    this.at = index;
    this.rows.forEach((row, i) => {
      row.node.classList.toggle("active", i === index);
      row.node.setAttribute("aria-selected", String(i === index));
    });
    this.input.setAttribute("aria-activedescendant", this.rows[index].node.id);
    this.rows[index].node.scrollIntoView({ block: "nearest" });
  }

  choose(index) {
    const row = this.rows[index];
    this.close();
    row.insert();
    this.changed();
    this.input.focus();
  }

  put(pattern, words) {
    const { input } = this;
    const before = input.value.slice(0, input.selectionStart).replace(pattern, () => words);
    input.value = before + input.value.slice(input.selectionStart);
    input.setSelectionRange(before.length, before.length);
  }

  /** True when the key was for the list. */
  onKey(event) {
    if (!this.open || !this.rows.length) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const whole = this.rows.length === 1 && this.input.value.trim() === this.rows[0].value;
    if (step) this.point((this.at + step + this.rows.length) % this.rows.length);
    else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && !whole)) this.choose(this.at);
    else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}
