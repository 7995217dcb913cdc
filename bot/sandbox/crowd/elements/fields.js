// Small elements for pages of one's own: text fields, check boxes, radio buttons, a slider, buttons, notes and cards.

import { CrowdElement, freshId, make } from "./element.js";

class TextField extends CrowdElement {
  build() {
    const id = freshId("crowd-field");
    const words = this.getAttribute("label") ?? this.getAttribute("placeholder") ?? this.name;
    this.input = this.makeInput(id);
    for (const name of ["placeholder", "maxlength", "max-length", "pattern", "min", "max"]) {
      const value = this.getAttribute(name);
      if (value !== null) this.input.setAttribute(name.replace("-", ""), value);
    }
    this.input.required = this.hasAttribute("required");
    this.input.disabled = this.hasAttribute("disabled");
    this.input.value = this.getAttribute("value") ?? "";
    this.replaceChildren(make("label", { for: id }, words), this.input);
  }

  crowdValue() {
    return this.hasAttribute("name") ? { [this.name]: this.input.value } : null;
  }

  crowdFault() {
    return this.input.validity.valid ? "" : `${this.getAttribute("label") ?? this.name}: ${this.input.validationMessage}`;
  }
}

export class CrowdInput extends TextField {
  makeInput(id) {
    return make("input", { id, type: this.getAttribute("type") ?? "text" });
  }
}

export class CrowdTextArea extends TextField {
  makeInput(id) {
    return make("textarea", { id, rows: this.getAttribute("rows") ?? "4" });
  }
}

export class CrowdCheckbox extends CrowdElement {
  build() {
    this.input = make("input", { type: "checkbox" });
    this.input.checked = this.hasAttribute("checked");
    this.input.disabled = this.hasAttribute("disabled");
    this.replaceChildren(make("label", { class: "crowd-choice" }, this.input, make("span", {}, ...this.childNodes)));
  }

  crowdValue() {
    return this.hasAttribute("name") ? { [this.name]: { [this.getAttribute("value") ?? "on"]: this.input.checked } } : null;
  }

  crowdFault() {
    return this.hasAttribute("required") && !this.input.checked ? `Tick “${this.textContent.trim()}” before you submit.` : "";
  }
}

export class CrowdRadioButton extends CrowdElement {
  build() {
    const group = this.closest("crowd-radio-group");
    if (group) group.choiceName ??= freshId("crowd-radio");
    this.input = make("input", { type: "radio", name: group?.choiceName ?? freshId("crowd-radio") });
    this.input.checked = this.hasAttribute("checked");
    this.input.disabled = this.hasAttribute("disabled");
    this.replaceChildren(make("label", { class: "crowd-choice" }, this.input, make("span", {}, ...this.childNodes)));
  }

  crowdValue() {
    return this.hasAttribute("name") ? { [this.name]: { [this.getAttribute("value") ?? "on"]: this.input.checked } } : null;
  }
}

export class CrowdRadioGroup extends CrowdElement {
  build() {
    this.setAttribute("role", "radiogroup");
  }
}

export class CrowdSlider extends CrowdElement {
  build() {
    const id = freshId("crowd-slider");
    this.input = make("input", { id, type: "range" });
    for (const name of ["min", "max", "step"]) {
      if (this.hasAttribute(name)) this.input.setAttribute(name, this.getAttribute(name));
    }
    this.input.value = this.getAttribute("value") ?? this.getAttribute("min") ?? "0";
    const shown = make("output", { for: id }, this.input.value);
    this.input.addEventListener("input", () => (shown.textContent = this.input.value));
    this.replaceChildren(make("label", { for: id }, this.getAttribute("label") ?? this.name), this.input, shown);
  }

  crowdValue() {
    return this.hasAttribute("name") ? { [this.name]: Number(this.input.value) } : null;
  }

  crowdFault() {
    return "";
  }
}

export class CrowdButton extends CrowdElement {
  build() {
    const action = this.getAttribute("form-action");
    const quiet = ["normal", "link", "icon"].includes(this.getAttribute("variant") ?? "normal") && action !== "submit";
    const button = make("button", { type: "button", class: quiet ? "crowd-quiet" : "" }, ...this.childNodes);
    button.disabled = this.hasAttribute("disabled");
    button.addEventListener("click", () => {
      const form = this.closest("crowd-form");
      if (action === "submit") form?.submitAnswer();
      else if (action === "reset") window.location.reload();
      else if (this.hasAttribute("href")) window.open(this.getAttribute("href"), this.getAttribute("target") ?? "_blank", "noopener");
    });
    this.replaceChildren(button);
  }
}

export class CrowdAlert extends CrowdElement {
  build() {
    this.setAttribute("role", this.getAttribute("type") === "error" ? "alert" : "note");
    if (!this.hasAttribute("dismissible")) return;
    const close = make("button", { type: "button", class: "crowd-quiet" }, "Dismiss");
    close.addEventListener("click", () => this.remove());
    this.append(close);
  }
}

export class CrowdCard extends CrowdElement {
  build() {
    const heading = this.getAttribute("heading");
    const image = this.getAttribute("image");
    if (heading) this.prepend(make("h3", {}, heading));
    if (image) this.prepend(make("img", { src: image, alt: "" }));
  }
}
