// Things that float: menus, lists of options, small panels. Promise: at most one tree of them is open, Escape and a
// click elsewhere close it, focus goes back to where it came from, arrow keys move inside menus.
import { h } from "./dom.js";

let current = null;

/** Closes what floats now; focus returns to its anchor where `refocus`. */
export function closePopover(refocus = false) {
  if (!current) return;
  const { node, anchor, onClose } = current;
  current = null;
  node.remove();
  anchor.setAttribute("aria-expanded", "false");
  if (onClose) onClose();
  if (refocus && anchor.isConnected) anchor.focus();
}

export const popoverOpen = (anchor) => Boolean(current) && (!anchor || current.anchor === anchor);

/** Shows `node` at `anchor`. `side` "above" prefers the place over it; `wide` makes it at least as wide. */
export function openPopover(anchor, node, { side = "below", align = "start", wide = false, onClose = null } = {}) {
  closePopover();
  node.classList.add("popover");
  (anchor.closest("dialog") || document.body).append(node);
  current = { node, anchor, onClose, side, align, wide };
  anchor.setAttribute("aria-expanded", "true");
  place();
  return node;
}

/** Puts it where there is room; called again when its contents change size. */
export function place() {
  if (!current) return;
  const { node, anchor, side, align, wide } = current;
  const box = anchor.getBoundingClientRect();
  if (wide) node.style.width = `${box.width}px`;
  const room = { below: innerHeight - box.bottom - 12, above: box.top - 12 };
  const want = Math.min(node.scrollHeight, 360);
  const other = side === "above" ? "below" : "above";
  const where = room[side] >= want || room[side] >= room[other] ? side : other;
  node.style.maxHeight = `${Math.max(120, Math.min(360, room[where]))}px`;
  const height = Math.min(node.scrollHeight + 2, 360, Math.max(120, room[where]));
  node.style.top = `${where === "below" ? box.bottom + 4 : Math.max(8, box.top - 4 - height)}px`;
  const width = node.offsetWidth;
  const left = align === "end" ? box.right - width : box.left;
  node.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
}

addEventListener("pointerdown", (event) => {
  if (current && !current.node.contains(event.target) && !current.anchor.contains(event.target)) closePopover();
}, true);
addEventListener("resize", () => closePopover());
addEventListener("scroll", (event) => {
  if (current && !current.node.contains(event.target)) place();
}, true);

/**
 * A menu of actions. `items`: {label, hint?, danger?, testid?, actionValue?, icon?, run} or {heading} or {line:true}.
 */
export function openMenu(anchor, items, { label, align = "start", side = "below" }) {
  const node = h("div", { class: "menu", role: "menu", "aria-label": label });
  for (const item of items) {
    if (item.line) node.append(h("div", { class: "menu-line", role: "separator" }));
    else if (item.heading) node.append(h("div", { class: "menu-heading", role: "presentation" }, item.heading));
    else node.append(menuItem(item));
  }
  const stops = [...node.querySelectorAll("[role=menuitem], [role=menuitemradio]")];
  node.addEventListener("keydown", (event) => {
    const at = stops.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: stops.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      stops[(to + stops.length) % stops.length].focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      closePopover(true);
    } else if (event.key.length === 1 && /\S/.test(event.key)) {
      const found = [...stops.slice(at + 1), ...stops].find((s) => s.textContent.toLowerCase().startsWith(event.key.toLowerCase()));
      if (found) found.focus();
    }
  });
  openPopover(anchor, node, { align, side });
  if (stops.length) stops[0].focus();
  return node;
}

function menuItem(item) {
  const choose = () => {
    closePopover(true);
    item.run();
  };
  return h(
    "button",
    {
      type: "button", class: item.danger ? "menu-item danger" : "menu-item", tabindex: "-1", onclick: choose,
      role: item.checked === undefined ? "menuitem" : "menuitemradio",
      "aria-checked": item.checked === undefined ? null : String(item.checked),
      "data-testid": item.testid, "data-value": item.value,
    },
    item.lead || null,
    h(
      "span",
      { class: "menu-words" },
      h("span", null, item.label),
      item.hint ? h("span", { class: "menu-hint" }, item.hint) : null,
    ),
  );
}
