// crowd-form: gathers the answer of the elements inside it and hands it to the page that the task stands in.

import { CrowdElement, isTyping, make } from "./element.js";
import { instructForm } from "./regions.js";

export class CrowdForm extends CrowdElement {
  build() {
    instructForm(this);
    this.note = make("p", { class: "crowd-fault", role: "alert", tabindex: "-1", hidden: true });
    this.prepend(this.note);
    if (!this.querySelector('crowd-button[form-action="submit"]')) {
      this.button = make("button", { type: "button", class: "crowd-submit" }, "Submit");
      this.button.addEventListener("click", () => this.submitAnswer());
      const side = this.querySelector(":scope > .crowd-widget > .crowd-frame > .crowd-side, :scope > .crowd-frame > .crowd-fields");
      (side ?? this).append(this.button);
    }
    this.addEventListener("input", () => (this.note.hidden = true));
    this.addEventListener("keydown", (event) => {
      const enter = event.key === "Enter" && (event.ctrlKey || event.metaKey);
      const plain = event.key === "Enter" && event.target.matches("input[type=radio], input[type=checkbox]");
      if (enter || (plain && !isTyping(event))) {
        event.preventDefault();
        this.submitAnswer();
      }
    });
  }

  collect() {
    const answer = {};
    for (const element of this.querySelectorAll("*")) {
      const part = element.crowdValue?.() ?? nativeValue(element);
      for (const [name, value] of Object.entries(part ?? {})) {
        const both = isMap(answer[name]) && isMap(value);
        answer[name] = both ? { ...answer[name], ...value } : value;
      }
    }
    return answer;
  }

  firstFault() {
    for (const element of this.querySelectorAll("*")) {
      const words = element.crowdFault?.() || (isNative(element) && !element.validity.valid ? element.validationMessage : "");
      if (words) return words;
    }
    return "";
  }

  async submitAnswer() {
    const event = new Event("submit", { cancelable: true, bubbles: true });
    const words = this.firstFault();
    if (words) return this.say(words);
    if (!this.dispatchEvent(event)) return undefined;
    const place = document.querySelector("[data-submit]");
    if (!place) return this.say("This is a preview: there is nowhere to submit the answer to.");
    if (this.isSending) return undefined;
    this.isSending = true;
    this.classList.add("crowd-sending");
    try {
      const reply = await fetch(place.dataset.submit, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": place.dataset.csrf },
        body: JSON.stringify(this.collect()),
      });
      const told = await reply.json();
      if (!reply.ok) return this.say(told.message);
      window.location.assign(told.next);
    } catch {
      return this.say("The answer did not reach the server. Nothing is lost: submit again.");
    } finally {
      this.isSending = false;
      this.classList.remove("crowd-sending");
    }
    return undefined;
  }

  say(words) {
    this.note.textContent = words;
    this.note.hidden = false;
    this.note.focus();
  }
}

function isMap(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// The elements' own radio buttons carry made-up names; every other named field is the page's.
function isNative(element) {
  return element.matches("input[name], select[name], textarea[name]") && !/^crowd-(choice|radio)-\d+$/.test(element.name);
}

function nativeValue(element) {
  if (!isNative(element)) return null;
  if (element.type === "radio") return element.checked ? { [element.name]: element.value } : null;
  if (element.type === "checkbox") return { [element.name]: { [element.value]: element.checked } };
  return { [element.name]: element.value };
}
