// Classifiers: one class or several, of a picture or of whatever stands in classification-target.

import { COLOURS, CrowdElement, freshId, isTyping, make } from "./element.js";
import { readLax } from "./lax.js";
import { commentField, layOut } from "./regions.js";

class Classifier extends CrowdElement {
  static several = false;
  static picture = false;

  build() {
    const categories = readLax(this.getAttribute("categories"), []).map((entry) => entry.label ?? entry);
    const { stage, side, rest, comment, headingId } = layOut(this);
    this.show(stage, rest);
    const group = make("fieldset", { class: "crowd-choices", "aria-labelledby": headingId });
    group.append(make("legend", {}, this.constructor.several ? "Pick all that fit" : "Pick one"));
    const inputName = freshId("crowd-choice");
    this.inputs = categories.map((category, place) => {
      const input = make("input", { type: this.constructor.several ? "checkbox" : "radio", name: inputName, value: category });
      const key = place < 9 ? make("kbd", { "aria-hidden": "true" }, String(place + 1)) : "";
      group.append(make("label", { class: "crowd-choice" }, input, make("span", {}, category), key));
      return input;
    });
    if (this.constructor.several) this.addNone(group);
    side.append(group);
    if (comment) side.append((this.comment = commentField(comment)));
    document.addEventListener("keydown", (event) => this.pickByKey(event));
  }

  show(stage, rest) {
    if (!this.constructor.picture) {
      stage.append(...rest);
      stage.classList.add("crowd-stage-text");
      return;
    }
    const holder = make("div", { class: "crowd-picture" });
    this.image = make("img", { src: this.getAttribute("src"), alt: "The picture to label" });
    this.image.addEventListener("error", () => {
      this.broken = true;
      holder.replaceChildren(make("p", { class: "crowd-fault", role: "alert" }, "The picture could not be loaded. Return the task."));
    });
    holder.append(this.image);
    stage.append(holder, ...rest);
    const shown = readLax(this.getAttribute("overlay"), null);
    if (shown?.boundingBox) this.image.addEventListener("load", () => this.drawOver(holder, shown.boundingBox));
    if (shown?.semanticSegmentation) this.layOver(holder, stage, shown.semanticSegmentation);
  }

  // The mask of an earlier job, with what its colours mean.
  layOver(holder, stage, { src, labelMappings = {} }) {
    const mask = make("img", { class: "crowd-mask", src, alt: "The mask to be judged" });
    mask.addEventListener("error", () => {
      this.broken = true;
      holder.append(make("p", { class: "crowd-fault", role: "alert" }, "The earlier mask could not be loaded. Return the task."));
      mask.remove();
    });
    holder.append(mask);
    const rows = Object.entries(labelMappings).map(([label, { color }]) => {
      const dot = make("span", { class: "crowd-dot", "aria-hidden": "true" });
      dot.style.setProperty("--colour", color);
      return make("li", {}, dot, label);
    });
    const seen = make("input", { type: "checkbox", checked: true });
    seen.addEventListener("change", () => (mask.hidden = !seen.checked));
    stage.append(make("label", { class: "crowd-seen" }, seen, "Show the mask"), make("ul", { class: "crowd-legend" }, ...rows));
  }

  // Boxes of an earlier job, which this one judges.
  drawOver(holder, { labels = [], value = [] }) {
    const { naturalWidth: width, naturalHeight: height } = this.image;
    for (const box of value) {
      const colour = COLOURS[Math.max(0, labels.indexOf(box.label)) % COLOURS.length];
      const drawn = make("div", { class: "crowd-drawn" }, make("span", {}, box.label ?? ""));
      drawn.style.left = `${(100 * box.left) / width}%`;
      drawn.style.top = `${(100 * box.top) / height}%`;
      drawn.style.width = `${(100 * box.width) / width}%`;
      drawn.style.height = `${(100 * box.height) / height}%`;
      drawn.style.setProperty("--colour", colour);
      holder.append(drawn);
    }
  }

  addNone(group) {
    const words = this.getAttribute("exclusion-category");
    const exclusion = readLax(words, words && { text: words });
    if (!exclusion) return;
    this.none = make("input", { type: "checkbox" });
    this.none.addEventListener("change", () => this.inputs.forEach((input) => (input.disabled = this.none.checked)));
    group.append(make("label", { class: "crowd-choice" }, this.none, make("span", {}, exclusion.text ?? String(exclusion))));
  }

  pickByKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    if (document.querySelector("dialog[open]")) return;
    const input = this.inputs[Number(event.key) - 1];
    if (!input || input.disabled) return;
    event.preventDefault();
    input.checked = this.constructor.several ? !input.checked : true;
    input.focus();
  }

  get picked() {
    return this.inputs.filter((input) => input.checked && !input.disabled).map((input) => input.value);
  }

  crowdValue() {
    const value = this.constructor.several ? { labels: this.picked } : { label: this.picked[0] };
    if (this.comment?.value) value.workerComment = this.comment.value;
    return { [this.name]: value };
  }

  crowdFault() {
    if (this.broken) return "The picture could not be loaded, so it cannot be labeled. Return the task.";
    if (this.picked.length || this.none?.checked) return "";
    return this.constructor.several ? "Pick at least one label before you submit." : "Pick one label before you submit.";
  }
}

export class ImageClassifier extends Classifier {
  static picture = true;
}

export class ImageClassifierMultiSelect extends ImageClassifier {
  static several = true;
}

export class TextClassifier extends Classifier {}

export class TextClassifierMultiSelect extends Classifier {
  static several = true;
}
