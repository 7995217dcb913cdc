// Short notices at the foot of the page. Promise: in words, read out by screen readers, errors stay until dismissed.
import { h, iconButton } from "./dom.js";

const shelf = () => document.getElementById("toasts");

/** Shows a sentence; `kind` "error" is announced at once and stays, "note" goes after a while. */
export function toast(words, kind = "note") {
  const node = h(
    "div",
    { class: `toast toast-${kind}`, role: kind === "error" ? "alert" : "status", "data-testid": "toast" },
    h("span", null, words),
  );
  node.append(iconButton("close", "Dismiss", () => node.remove()));
  // A modal dialog makes everything outside it inert: the notice goes inside the one that is open.
  const dialogs = [...document.querySelectorAll("dialog[open]")];
  const top = dialogs[dialogs.length - 1];
  (top ? top.querySelector(".dialog-toasts") || shelf() : shelf()).append(node);
  setTimeout(() => node.remove(), kind === "error" ? 15000 : 5000);
}

/** Says something to screen readers only. */
export function announce(words) {
  const region = document.getElementById("announcer");
  region.textContent = "";
  region.append(h("p", null, words));
}

/** Shows what went wrong with something a person did. */
export function failed(error) {
  toast(error.message || String(error), "error");
}
