// A select one can type in, for one choice or several. Promise: works by keyboard as a combobox should (arrows, Enter,
// Escape, Backspace takes off the last chip), and a slow answer never overwrites a newer one.
import { h, icon, iconButton, freshId } from "./dom.js";
import { closePopover, openPopover, place, popoverOpen } from "./popover.js";

/**
 * `find(query)` gives (a promise of) {groups:[{label, options:[{value,label,hint,lead}]}], note}; `onChange(chosen)`
 * gets the new list and may give false to take it back. `pause`: ms to wait after typing before asking.
 */
export function combobox({
  multi,
  chosen,
  find,
  onChange,
  placeholder,
  pause = 0,
  most = null,
  clearable = false,
  attrs = {},
  inputAttrs = {},
}) {
  let taken = [...chosen];
  let rows = [];
  let at = -1;
  let asked = 0;
  let timer = 0;
  let query = "";
  const listId = freshId("list");
  const list = h("div", { class: "options", role: "listbox", id: listId, "aria-multiselectable": multi ? "true" : null });
  const input = h("input", {
    type: "text", role: "combobox", class: "combo-input", autocomplete: "off", spellcheck: "false", "aria-autocomplete": "list",
    "aria-expanded": "false", "aria-controls": listId, "aria-haspopup": "listbox", ...inputAttrs,
  });
  const clear = iconButton("close", "Clear", () => commit([]), { class: "icon-button combo-clear", tabindex: "-1" });
  const chips = h("span", { class: "chips" });
  const wrap = h(
    "div",
    { class: multi ? "control combo combo-multi" : "control combo", ...attrs },
    chips,
    input,
    clear,
    icon("down"),
  );

  function show() {
    chips.hidden = !multi || taken.length === 0;
    if (multi) {
      chips.replaceChildren(...taken.map((o) => h("span", { class: "chip", "data-value": o.value }, o.lead ? o.lead() : null, o.label,
        iconButton("close", `Remove ${o.label}`, (event) => {
          event.stopPropagation();
          commit(taken.filter((x) => x.value !== o.value));
        }, { class: "icon-button chip-x", tabindex: "-1" }))));
      input.placeholder = taken.length ? "" : placeholder;
    } else {
      input.placeholder = placeholder;
      if (!open()) input.value = taken.length ? taken[0].label : "";
    }
    clear.hidden = !(clearable && taken.length && !multi);
  }

  const open = () => popoverOpen(wrap);

  async function commit(next) {
    const before = taken;
    taken = next;
    show();
    if ((await onChange(next)) === false) {
      taken = before;
      show();
    }
  }

  function start(typing = false) {
    if (open()) return;
    query = "";
    wrap.scrollIntoView({ block: "nearest" });
    openPopover(wrap, list, {
      wide: true,
      onClose: () => {
        clearTimeout(timer);
        asked += 1;
        input.setAttribute("aria-expanded", "false");
        input.removeAttribute("aria-activedescendant");
        input.value = multi || !taken.length ? "" : taken[0].label;
      },
    });
    input.setAttribute("aria-expanded", "true");
    if (!multi && !typing) input.select();
    search(0);
  }

  function search(wait) {
    const mine = (asked += 1);
    clearTimeout(timer);
    const ask = async () => {
      const answer = find(query);
      if (answer instanceof Promise) draw({ groups: [], note: "Loading…" });
      let found;
      try {
        found = await answer;
      } catch (error) {
        found = { groups: [], note: `Could not load choices. ${error.message}` };
      }
      if (mine === asked && open()) draw(found);
    };
    if (wait) timer = setTimeout(ask, wait);
    else ask();
  }

  function draw({ groups, note }) {
    rows = [];
    const nodes = [];
    for (const group of groups) {
      const shown = multi ? group.options.filter((o) => !taken.some((t) => t.value === o.value)) : group.options;
      if (!shown.length) continue;
      if (group.label) nodes.push(h("div", { class: "menu-heading", role: "presentation" }, group.label));
      for (const option of shown) nodes.push(optionRow(option));
    }
    if (!rows.length) nodes.push(h("div", { class: "options-note", role: "presentation" }, note || "Nothing found."));
    list.replaceChildren(...nodes);
    const current = multi ? 0 : Math.max(0, rows.findIndex((r) => taken.some((t) => t.value === r.option.value)));
    point(rows.length ? current : -1);
    place();
  }

  function optionRow(option) {
    const selected = taken.some((t) => t.value === option.value);
    const node = h("div", { role: "option", id: freshId("option"), class: "option", "aria-selected": String(selected), "data-testid": "option", "data-value": option.value,
      onpointerdown: (event) => event.preventDefault(), onclick: () => choose(option), onpointermove: () => point(rows.findIndex((r) => r.node === node), false) },
    option.lead ? option.lead() : null, h(
      "span",
      { class: "menu-words" },
      h("span", null, option.label),
      option.hint ? h("span", { class: "menu-hint" }, option.hint) : null,
    ),
    selected ? icon("check") : null);
    rows.push({ node, option });
    return node;
  }

  function point(index, scroll = true) {
    rows.forEach((row, i) => row.node.classList.toggle("active", i === index));
    at = index;
    if (index < 0) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    input.setAttribute("aria-activedescendant", rows[index].node.id);
    if (scroll) rows[index].node.scrollIntoView({ block: "nearest" });
  }

  function choose(option) {
    if (multi) {
      if (most && taken.length >= most) return;
      input.value = "";
      query = "";
      commit([...taken, option]);
      search(0);
    } else {
      closePopover();
      input.focus();
      commit([option]);
    }
  }

  function keys(event) {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open()) return start();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (rows.length) point((at + step + rows.length) % rows.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      if (open() && at >= 0) choose(rows[at].option);
      else if (!open()) start();
    } else if (event.key === "Escape" && open()) {
      event.preventDefault();
      event.stopPropagation();
      closePopover();
    } else if (event.key === "Tab") closePopover();
    else if (event.key === "Backspace" && multi && !input.value && taken.length) commit(taken.slice(0, -1));
    return undefined;
  }

  input.addEventListener("keydown", keys);
  input.addEventListener("input", () => {
    const typed = input.value;
    if (!open()) start(true);
    query = typed.trim();
    search(pause);
  });
  wrap.addEventListener("click", (event) => {
    if (event.target.closest(".chip-x, .combo-clear")) return;
    input.focus();
    start();
  });
  input.addEventListener("blur", () => setTimeout(() => {
    if (open() && document.activeElement !== input && !list.contains(document.activeElement)) closePopover();
  }, 0));
  show();
  return wrap;
}
