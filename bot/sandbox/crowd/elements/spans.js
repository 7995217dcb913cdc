// Marking entities in a text: by mouse (pick a label, then select words) or by keyboard, word by word. Offsets are
// Unicode code points, as in the answers of Ground Truth, not the UTF-16 units that a browser counts.

import { COLOURS, CrowdElement, freshId, isTyping, make } from "./element.js";
import { readLax } from "./lax.js";
import { layOut } from "./regions.js";

export class CrowdEntityAnnotation extends CrowdElement {
  build() {
    this.labels = readLax(this.getAttribute("labels"), []).map((entry) => (typeof entry === "string" ? { label: entry } : entry));
    this.letters = Array.from(this.getAttribute("text") ?? "");
    this.words = wordsOf(this.letters);
    this.entities = readLax(this.getAttribute("initial-value"), []).map(({ label, startOffset, endOffset }) => ({ label, startOffset, endOffset }));
    this.label = this.labels[0]?.label;
    this.cursor = null; // first and last word that the keyboard has chosen
    const { stage, side, rest } = layOut(this);
    this.buildPalette(side);
    const helpId = freshId("crowd-help");
    this.text = make("p", { class: "crowd-text", tabindex: "0", role: "application", "aria-label": `Text: ${this.letters.join("")}`, "aria-describedby": helpId });
    this.spoken = make("p", { class: "crowd-spoken", role: "status" });
    const help = make("p", { id: helpId, class: "crowd-hint" }, "Pick a label, then select words with the mouse. Keyboard: left and right choose a word, with Shift several, a number key or Enter marks them, Delete removes a mark.");
    stage.append(this.text, this.spoken, help, ...rest);
    this.list = make("ul", { class: "crowd-boxes" });
    this.count = make("h3", {}, "");
    side.append(make("section", { class: "crowd-list" }, this.count, this.list));
    this.text.addEventListener("pointerup", () => this.markSelection());
    this.text.addEventListener("keydown", (event) => this.onKey(event));
    document.addEventListener("keydown", (event) => this.onNumber(event));
    if (!this.closest("crowd-form")) this.wrapInForm();
    this.draw();
  }

  // The element of the real service brings its own form.
  wrapInForm() {
    const form = document.createElement("crowd-form");
    this.replaceWith(form);
    form.append(this);
  }

  buildPalette(side) {
    const group = make("fieldset", { class: "crowd-choices" }, make("legend", {}, "Label"));
    const groupName = freshId("crowd-choice");
    this.inputs = this.labels.map((entry, place) => {
      const input = make("input", { type: "radio", name: groupName, checked: place === 0 });
      input.addEventListener("change", () => (this.label = entry.label));
      const dot = make("span", { class: "crowd-dot", "aria-hidden": "true" });
      dot.style.setProperty("--colour", this.colour(entry.label));
      const key = place < 9 ? make("kbd", { "aria-hidden": "true" }, String(place + 1)) : "";
      group.append(make("label", { class: "crowd-choice" }, input, dot, make("span", {}, entry.fullDisplayName ?? entry.label), key));
      return input;
    });
    side.append(group);
  }

  colour(label) {
    return COLOURS[Math.max(0, this.labels.findIndex((entry) => entry.label === label)) % COLOURS.length];
  }

  markSelection() {
    const selection = window.getSelection();
    if (selection.rangeCount === 0 || selection.isCollapsed || !this.text.contains(selection.anchorNode)) return;
    const range = selection.getRangeAt(0);
    let start = this.offsetOf(range.startContainer, range.startOffset);
    let end = this.offsetOf(range.endContainer, range.endOffset);
    while (start < end && /\s/.test(this.letters[start])) start += 1;
    while (end > start && /\s/.test(this.letters[end - 1])) end -= 1;
    selection.removeAllRanges();
    this.mark(start, end);
  }

  offsetOf(node, offset) {
    if (node === this.text) return offset === 0 ? 0 : Number(this.text.children[offset - 1]?.dataset.end ?? this.letters.length);
    const piece = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("[data-start]");
    if (!piece) return this.letters.length;
    return Number(piece.dataset.start) + Array.from(piece.textContent.slice(0, node.nodeType === Node.TEXT_NODE ? offset : 0)).length;
  }

  mark(start, end, label = this.label) {
    if (end <= start) return;
    this.entities = this.entities.filter((entity) => entity.endOffset <= start || entity.startOffset >= end);
    this.entities.push({ endOffset: end, label, startOffset: start });
    this.entities.sort((one, other) => one.startOffset - other.startOffset);
    this.say(`${label}: ${this.passage(start, end)}`);
    this.draw();
  }

  remove(entity) {
    this.entities = this.entities.filter((other) => other !== entity);
    this.say(`Removed: ${this.passage(entity.startOffset, entity.endOffset)}`);
    this.draw();
  }

  chosenRange() {
    if (!this.cursor) return null;
    const [first, last] = [Math.min(...this.cursor), Math.max(...this.cursor)];
    return { start: this.words[first].start, end: this.words[last].end };
  }

  onKey(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const range = this.chosenRange();
    if (step) {
      const [anchor, at] = this.cursor ?? [-1, -1];
      const next = Math.min(Math.max(at + step, 0), this.words.length - 1);
      this.cursor = event.shiftKey && this.cursor ? [anchor, next] : [next, next];
      const now = this.chosenRange();
      this.say(this.passage(now.start, now.end));
    } else if (event.key === "Enter" && range && !event.ctrlKey) {
      this.mark(range.start, range.end);
    } else if ((event.key === "Delete" || event.key === "Backspace") && range) {
      const hit = this.entities.find((entity) => entity.startOffset < range.end && entity.endOffset > range.start);
      if (hit) this.remove(hit);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    this.draw();
  }

  onNumber(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || document.querySelector("dialog[open]")) return;
    const entry = this.labels[Number(event.key) - 1];
    if (!entry) return;
    event.preventDefault();
    this.label = entry.label;
    this.inputs[this.labels.indexOf(entry)].checked = true;
    const range = this.chosenRange();
    if (range && document.activeElement === this.text) this.mark(range.start, range.end);
  }

  draw() {
    const range = this.chosenRange();
    const cuts = new Set([0, this.letters.length]);
    for (const entity of this.entities) cuts.add(entity.startOffset).add(entity.endOffset);
    if (range) cuts.add(range.start).add(range.end);
    const places = [...cuts].sort((one, other) => one - other);
    const pieces = places.slice(0, -1).map((start, index) => this.piece(start, places[index + 1], range));
    this.text.replaceChildren(...pieces);
    const number = this.entities.length;
    this.count.textContent = number ? `${number} marked` : "Nothing marked yet";
    this.list.replaceChildren(...this.entities.map((entity) => this.listed(entity)));
  }

  piece(start, end, range) {
    const entity = this.entities.find((one) => one.startOffset <= start && one.endOffset >= end);
    const piece = make(entity ? "mark" : "span", { "data-start": start, "data-end": end }, this.passage(start, end));
    if (entity) {
      const entry = this.labels.find((one) => one.label === entity.label);
      piece.style.setProperty("--colour", this.colour(entity.label));
      if (entity.endOffset === end) piece.dataset.short = entry?.shortDisplayName ?? entity.label;
    }
    if (range && start >= range.start && end <= range.end) piece.classList.add("crowd-cursor");
    return piece;
  }

  listed(entity) {
    const passage = this.passage(entity.startOffset, entity.endOffset);
    const remove = make("button", { type: "button", class: "crowd-quiet", "aria-label": `Remove ${entity.label}: ${passage}` }, "Remove");
    remove.addEventListener("click", () => this.remove(entity));
    const dot = make("span", { class: "crowd-dot", "aria-hidden": "true" });
    dot.style.setProperty("--colour", this.colour(entity.label));
    return make("li", {}, dot, make("span", { class: "crowd-box-words" }, `${passage}: ${entity.label}`), remove);
  }

  passage(start, end) {
    return this.letters.slice(start, end).join("");
  }

  say(words) {
    this.spoken.textContent = words;
  }

  crowdValue() {
    return { [this.name]: { entities: this.entities.map(({ endOffset, label, startOffset }) => ({ endOffset, label, startOffset })) } };
  }
}

function wordsOf(letters) {
  const words = [];
  let start = null;
  letters.forEach((letter, place) => {
    const isSpace = /[\s.,;:!?()"“”]/.test(letter);
    if (!isSpace && start === null) start = place;
    if (isSpace && start !== null) {
      words.push({ start, end: place });
      start = null;
    }
  });
  if (start !== null) words.push({ start, end: letters.length });
  return words;
}
