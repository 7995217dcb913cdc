// Dialogs: the frame they share, and the question before an act that cannot be undone. Promise: focus stays inside,
// Escape answers "no", focus goes back to where it was.
import { h } from "./dom.js";
import { plain, textObject } from "./mrkdwn.js";
import { closePopover } from "./popover.js";

const STOPS = "a[href], button:not([disabled]), input:not([disabled]), select, textarea, [contenteditable=true], [tabindex='0']";

/** The nodes of a dialog that Tab stops at, in order. */
export function tabStops(root) {
  return [...root.querySelectorAll(STOPS)].filter((n) => n.tabIndex >= 0 && n.getClientRects().length);
}

/** Shows a <dialog> above the page; Tab goes round in it; `onEscape` decides what Escape does. */
export function showDialog(dialog, onEscape) {
  const before = document.activeElement;
  document.body.append(dialog);
  closePopover();
  let over = false;
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    onEscape();
  });
  // A browser lets a page refuse Escape only once in a row; after that it closes the dialog by itself.
  dialog.addEventListener("close", () => {
    if (over || !dialog.isConnected) return;
    dialog.showModal();
    onEscape();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) {
      event.preventDefault();
      event.stopPropagation();
      onEscape();
    }
    if (event.key !== "Tab") return;
    const stops = tabStops(dialog);
    const edge = event.shiftKey ? stops[0] : stops[stops.length - 1];
    if (document.activeElement === edge || !dialog.contains(document.activeElement)) {
      event.preventDefault();
      (event.shiftKey ? stops[stops.length - 1] : stops[0])?.focus();
    }
  });
  dialog.append(h("div", { class: "dialog-toasts" }));
  dialog.showModal();
  return () => {
    over = true;
    closePopover();
    dialog.close();
    dialog.remove();
    if (before && before.isConnected) before.focus();
  };
}

/** Asks with Slack's confirm object; true when the person confirms. */
export function askConfirm(confirm) {
  return new Promise((resolve) => {
    const answer = (value) => {
      done();
      resolve(value);
    };
    const yes = h("button", {
      type: "button", class: confirm.style === "danger" ? "button danger solid" : "button primary", "data-testid": "confirm-yes",
      onclick: () => answer(true),
    }, plain(confirm.confirm) || "Confirm");
    const dialog = h("dialog", { class: "dialog dialog-small", "aria-label": plain(confirm.title), "data-testid": "confirm" },
      h("header", { class: "dialog-head" }, h("h2", null, plain(confirm.title))),
      h("div", { class: "dialog-body" }, textObject(confirm.text)),
      h("footer", { class: "dialog-foot" },
        h(
          "button",
          { type: "button", class: "button", "data-testid": "confirm-no", onclick: () => answer(false) },
          plain(confirm.deny) || "Cancel",
        ), yes));
    const done = showDialog(dialog, () => answer(false));
    yes.focus();
  });
}
