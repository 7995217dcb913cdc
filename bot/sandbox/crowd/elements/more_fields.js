// The rarer small elements: tabs, a window, a note that goes away, a badge, buttons with a sign, a switch.

import { CrowdElement, freshId, make } from "./element.js";
import { overlay } from "./regions.js";

// Names of the icon set that templates use, and the sign that stands for each here.
const SIGNS = {
  add: "+",
  check: "✓",
  clear: "×",
  close: "×",
  create: "✎",
  delete: "×",
  done: "✓",
  favorite: "♥",
  flag: "⚑",
  help: "?",
  info: "i",
  remove: "−",
  "report-problem": "!",
  search: "⌕",
  star: "★",
  warning: "!",
};
const TOAST_SECONDS = 3;

function sign(element) {
  const icon = element.getAttribute("icon");
  if (icon === null) return (element.getAttribute("label") ?? "").slice(0, 3);
  if (/[/.:]/.test(icon)) return make("img", { src: icon, alt: "" });
  return SIGNS[icon.replace(/^.*:/, "")] ?? "•";
}

export class CrowdTabs extends CrowdElement {
  build() {
    const tabs = [...this.querySelectorAll(":scope > crowd-tab")];
    this.heads = tabs.map((tab, place) => {
      const [headId, panelId] = [freshId("crowd-tab"), freshId("crowd-panel")];
      const head = make("button", { type: "button", role: "tab", id: headId, "aria-controls": panelId }, tab.getAttribute("header") ?? `Tab ${place + 1}`);
      for (const [name, value] of Object.entries({ id: panelId, role: "tabpanel", "aria-labelledby": headId })) tab.setAttribute(name, value);
      head.addEventListener("click", () => this.open(place));
      head.addEventListener("keydown", (event) => this.onKey(event, place));
      return head;
    });
    this.tabs = tabs;
    this.prepend(make("div", { role: "tablist", class: "crowd-tablist" }, ...this.heads));
    this.open(0);
  }

  open(place) {
    this.heads.forEach((head, number) => {
      head.setAttribute("aria-selected", String(number === place));
      head.tabIndex = number === place ? 0 : -1;
    });
    this.tabs.forEach((tab, number) => (tab.hidden = number !== place));
  }

  onKey(event, place) {
    const last = this.heads.length - 1;
    const to = { ArrowRight: place === last ? 0 : place + 1, ArrowLeft: place === 0 ? last : place - 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.open(to);
    this.heads[to].focus();
  }
}

export class CrowdModal extends CrowdElement {
  build() {
    const words = this.getAttribute("link-text") ?? "Click to open modal";
    const dialog = overlay(words, [...this.childNodes]);
    const open = make("button", { type: "button", class: this.getAttribute("link-type") === "button" ? "" : "crowd-link" }, words);
    open.addEventListener("click", () => dialog.showModal());
    this.replaceChildren(open, dialog);
  }
}

export class CrowdToast extends CrowdElement {
  build() {
    this.setAttribute("role", "status");
    if (this.hasAttribute("text")) this.textContent = this.getAttribute("text");
    this.hidden = !this.hasAttribute("opened");
    if (!this.hidden) this.show();
  }

  show() {
    // Only one is seen at a time.
    for (const other of document.querySelectorAll("crowd-toast")) if (other !== this) other.hidden = true;
    this.hidden = false;
    const wanted = Number(this.getAttribute("duration"));
    window.setTimeout(() => (this.hidden = true), wanted > 0 ? wanted : TOAST_SECONDS * 1000);
  }
}

export class CrowdBadge extends CrowdElement {
  build() {
    const home = document.getElementById(this.getAttribute("for")) ?? this.parentElement;
    this.replaceChildren(make("span", { "aria-hidden": "true" }, sign(this)));
    home.classList.add("crowd-badged");
    home.append(this);
  }
}

export class CrowdIconButton extends CrowdElement {
  build() {
    const name = this.getAttribute("title") ?? this.getAttribute("label") ?? this.getAttribute("icon") ?? "Button";
    // Written as <crowd-icon-button ... /> it takes in what follows it: that stays on the page, after the button.
    this.after(...this.childNodes);
    const button = make("button", { type: "button", class: "crowd-sign", "aria-label": name }, sign(this));
    button.disabled = this.hasAttribute("disabled");
    this.replaceChildren(button);
  }
}

export class CrowdFab extends CrowdIconButton {}

export class CrowdToggleButton extends CrowdElement {
  build() {
    const words = this.textContent.trim() || this.getAttribute("label") || this.name;
    this.input = make("input", { type: "checkbox", role: "switch" });
    this.input.checked = this.hasAttribute("checked");
    this.input.disabled = this.hasAttribute("disabled");
    this.replaceChildren(make("label", { class: "crowd-switch" }, this.input, make("span", {}, words)));
  }

  crowdValue() {
    return this.hasAttribute("name") ? { [this.name]: { [this.getAttribute("value") ?? "on"]: this.input.checked } } : null;
  }

  crowdFault() {
    return this.hasAttribute("required") && !this.input.checked ? `Switch “${this.textContent.trim()}” on before you submit.` : "";
  }
}
