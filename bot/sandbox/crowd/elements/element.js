// What all crowd elements share: built once, after their children exist, and asked for their value by crowd-form.

export class CrowdElement extends HTMLElement {
  connectedCallback() {
    if (this.isBuilt) return;
    this.isBuilt = true;
    this.build();
  }

  get name() {
    return this.getAttribute("name") ?? this.localName;
  }

  build() {}

  // The part of the answer that this element gives, keyed by its name; null for none.
  crowdValue() {
    return null;
  }

  // Why the answer cannot be submitted yet, in words for the worker; "" when it can.
  crowdFault() {
    return "";
  }
}

// make("p", {class: "x"}, "text", node): an element with attributes and children; text is never markup.
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

let numbers = 0;
export function freshId(stem) {
  numbers += 1;
  return `${stem}-${numbers}`;
}

// Number keys pick; not while somebody types.
export function isTyping(event) {
  return event.target.matches?.("textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox])");
}

export const COLOURS = ["#0f6fde", "#d1372f", "#16803c", "#b45309", "#7c3aed", "#0e7490", "#be185d", "#4d7c0f", "#475569"];
