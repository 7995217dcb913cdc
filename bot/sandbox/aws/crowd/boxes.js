// The box tool: by mouse, pen or finger, and wholly by keyboard. Everything is kept in image pixels; the drawing's own
// coordinate system is the picture's, so no box ever depends on the size at which the picture is shown.

import { COLOURS, CrowdElement, freshId, isTyping, make } from "./element.js";
import { readLax } from "./lax.js";
import { layOut } from "./regions.js";

const SVG = "http://www.w3.org/2000/svg";
const HELP = [
  ["1 to 9", "pick a label, or change the chosen box's label"],
  ["Enter", "begin a box in the middle; Enter again places it"],
  ["Arrows", "move the box by 10 pixels"],
  ["Shift and arrows", "make it larger or smaller"],
  ["Ctrl with either", "by 1 pixel"],
  ["N, P", "choose the next or previous box"],
  ["Delete", "remove the chosen box"],
  ["Escape", "let go of the box"],
];
const SMALLEST = 3; // a shorter drag is a slip of the hand

export class CrowdBoundingBox extends CrowdElement {
  build() {
    this.labels = readLax(this.getAttribute("labels"), []).map((entry) => entry.label ?? entry);
    this.boxes = [];
    this.chosen = null; // the box that keys act on; a draft is not yet among the boxes
    this.draft = null;
    this.label = this.labels[0];
    const { stage, side, rest } = layOut(this);
    this.buildPalette(side);
    this.buildCanvas(stage, rest);
    this.buildList(side);
    document.addEventListener("keydown", (event) => this.pickLabelByKey(event));
  }

  buildPalette(side) {
    const group = make("fieldset", { class: "crowd-choices" }, make("legend", {}, "Label of the next box"));
    const groupName = freshId("crowd-choice");
    this.inputs = this.labels.map((label, place) => {
      const input = make("input", { type: "radio", name: groupName, value: label, checked: place === 0 });
      input.addEventListener("change", () => this.useLabel(label));
      const dot = make("span", { class: "crowd-dot", "aria-hidden": "true" });
      dot.style.setProperty("--colour", this.colour(label));
      const key = place < 9 ? make("kbd", { "aria-hidden": "true" }, String(place + 1)) : "";
      group.append(make("label", { class: "crowd-choice" }, input, dot, make("span", {}, label), key));
      return input;
    });
    side.append(group);
  }

  buildCanvas(stage, rest) {
    const helpId = freshId("crowd-help");
    this.svg = document.createElementNS(SVG, "svg");
    this.svg.setAttribute("preserveAspectRatio", "none");
    this.svg.setAttribute("aria-hidden", "true");
    this.image = make("img", { src: this.getAttribute("src"), alt: "The picture to draw boxes on", draggable: "false" });
    this.canvas = make("div", { class: "crowd-canvas", tabindex: "0", role: "application", "aria-label": "Picture. Draw boxes here.", "aria-describedby": helpId }, this.image, this.svg);
    this.spoken = make("p", { class: "crowd-spoken", role: "status" });
    const list = make("dl", {}, ...HELP.flatMap(([key, words]) => [make("dt", {}, key), make("dd", {}, words)]));
    const help = make("details", { class: "crowd-help" }, make("summary", {}, "Keyboard: click or Tab into the picture, then…"), list);
    const brief = make("p", { id: helpId, class: "crowd-unseen" }, "Enter begins and places a box, arrows move it, Shift and arrows resize it, number keys pick the label, Delete removes it.");
    stage.append(make("div", { class: "crowd-picture" }, this.canvas), this.spoken, brief, help, ...rest);
    this.image.addEventListener("error", () => this.breakDown());
    if (this.image.complete && this.image.naturalWidth) this.takeSize();
    else this.image.addEventListener("load", () => this.takeSize());
    this.canvas.addEventListener("keydown", (event) => this.onKey(event));
    this.canvas.addEventListener("pointerdown", (event) => this.onDown(event));
    this.canvas.addEventListener("pointermove", (event) => this.onMove(event));
    this.canvas.addEventListener("pointerup", () => this.onUp());
    this.canvas.addEventListener("pointercancel", () => this.onUp());
  }

  buildList(side) {
    this.count = make("h3", {}, "No boxes yet");
    this.list = make("ul", { class: "crowd-boxes" });
    side.append(make("section", { class: "crowd-list" }, this.count, this.list));
  }

  breakDown() {
    this.broken = true;
    this.canvas.replaceWith(make("p", { class: "crowd-fault", role: "alert" }, "The picture could not be loaded. Return the task."));
  }

  takeSize() {
    this.width = this.image.naturalWidth;
    this.height = this.image.naturalHeight;
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    this.boxes = readLax(this.getAttribute("initial-value"), []).map(({ label, left, top, width, height }) => ({ label, left, top, width, height }));
    this.before = JSON.stringify(this.boxes);
    this.draw();
  }

  colour(label) {
    return COLOURS[Math.max(0, this.labels.indexOf(label)) % COLOURS.length];
  }

  // ---- labels

  pickLabelByKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || document.querySelector("dialog[open]")) return;
    const label = this.labels[Number(event.key) - 1];
    if (label === undefined) return;
    event.preventDefault();
    this.useLabel(label);
  }

  useLabel(label) {
    this.label = label;
    this.inputs[this.labels.indexOf(label)].checked = true;
    const box = this.draft ?? this.chosen;
    if (box) box.label = label;
    this.say(box ? `This box is now: ${label}` : `Next box: ${label}`);
    this.draw();
  }

  // ---- mouse, pen, finger

  pointOf(event) {
    const seen = this.svg.getBoundingClientRect();
    return {
      x: clamp(((event.clientX - seen.left) / seen.width) * this.width, 0, this.width),
      y: clamp(((event.clientY - seen.top) / seen.height) * this.height, 0, this.height),
    };
  }

  onDown(event) {
    if (!this.width || event.button !== 0) return;
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    const point = this.pointOf(event);
    const corner = event.target.dataset?.corner;
    const hit = this.boxes[Number(event.target.dataset?.box)];
    if (corner && this.chosen) {
      this.drag = { kind: "corner", fixed: opposite(this.chosen, corner) };
    } else if (hit && !event.shiftKey) {
      this.chosen = hit;
      this.drag = { kind: "move", point, from: { ...hit } };
    } else {
      this.chosen = null;
      this.drag = { kind: "new", fixed: point };
      this.draft = { label: this.label, left: point.x, top: point.y, width: 0, height: 0 };
    }
    this.draw();
  }

  onMove(event) {
    if (!this.drag) return;
    const point = this.pointOf(event);
    if (this.drag.kind === "move") {
      const { point: start, from } = this.drag;
      this.chosen.left = clamp(from.left + point.x - start.x, 0, this.width - from.width);
      this.chosen.top = clamp(from.top + point.y - start.y, 0, this.height - from.height);
    } else {
      Object.assign(this.drag.kind === "new" ? this.draft : this.chosen, between(this.drag.fixed, point));
    }
    this.draw();
  }

  onUp() {
    if (!this.drag) return;
    const wasNew = this.drag.kind === "new";
    this.drag = null;
    if (wasNew) {
      const large = this.draft.width >= SMALLEST && this.draft.height >= SMALLEST;
      if (large) this.place();
      else this.draft = null;
    } else {
      Object.assign(this.chosen, this.whole(this.chosen));
    }
    this.draw();
  }

  // ---- keyboard

  onKey(event) {
    const acts = {
      Enter: () => (this.draft ? this.place() : this.begin()),
      Delete: () => this.remove(this.draft ?? this.chosen),
      Backspace: () => this.remove(this.draft ?? this.chosen),
      Escape: () => this.letGo(),
      n: () => this.choose(1),
      p: () => this.choose(-1),
      ArrowLeft: () => this.nudge(event, -1, 0),
      ArrowRight: () => this.nudge(event, 1, 0),
      ArrowUp: () => this.nudge(event, 0, -1),
      ArrowDown: () => this.nudge(event, 0, 1),
    };
    const isSubmit = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || !this.width || isSubmit) return;
    event.preventDefault();
    event.stopPropagation();
    act();
    this.draw();
  }

  begin() {
    const width = Math.round(this.width / 4);
    const height = Math.round(this.height / 4);
    this.chosen = null;
    this.draft = { label: this.label, left: Math.round((this.width - width) / 2), top: Math.round((this.height - height) / 2), width, height };
    this.say(`New ${inWords(this.draft)}. Arrows move it, Shift and arrows resize it, Enter places it.`);
  }

  nudge(event, right, down) {
    const box = this.draft ?? this.chosen;
    if (!box) return this.say("Press Enter to begin a box, or N to choose one.");
    const step = event.ctrlKey || event.metaKey ? 1 : 10;
    if (event.shiftKey) {
      box.width = clamp(box.width + right * step, 1, this.width - box.left);
      box.height = clamp(box.height + down * step, 1, this.height - box.top);
    } else {
      box.left = clamp(box.left + right * step, 0, this.width - box.width);
      box.top = clamp(box.top + down * step, 0, this.height - box.height);
    }
    return this.say(inWords(box));
  }

  choose(step) {
    if (!this.boxes.length) return this.say("There is no box yet. Press Enter to begin one.");
    this.draft = null;
    const place = this.chosen ? this.boxes.indexOf(this.chosen) + step : step > 0 ? 0 : -1;
    this.chosen = this.boxes.at(place % this.boxes.length);
    return this.say(`Box ${this.boxes.indexOf(this.chosen) + 1} of ${this.boxes.length}: ${inWords(this.chosen)}`);
  }

  place() {
    const box = { label: this.draft.label, ...this.whole(this.draft) };
    this.boxes.push(box);
    this.draft = null;
    this.chosen = box;
    this.say(`Placed: ${inWords(box)}`);
  }

  remove(box) {
    if (!box) return;
    this.boxes = this.boxes.filter((other) => other !== box);
    this.draft = null;
    this.chosen = null;
    this.say(`Removed: ${inWords(box)}`);
  }

  letGo() {
    this.draft = null;
    this.chosen = null;
    this.say("No box is chosen.");
  }

  // ---- drawing

  whole(box) {
    const left = Math.round(box.left);
    const top = Math.round(box.top);
    const width = Math.max(1, Math.min(Math.round(box.left + box.width), this.width) - left);
    const height = Math.max(1, Math.min(Math.round(box.top + box.height), this.height) - top);
    return { left: Math.min(left, this.width - 1), top: Math.min(top, this.height - 1), width, height };
  }

  draw() {
    this.svg.replaceChildren();
    this.boxes.forEach((box, place) => this.drawBox(box, place, box === this.chosen));
    if (this.draft) this.drawBox(this.draft, -1, true);
    const number = this.boxes.length;
    this.count.textContent = number ? `${number} ${number === 1 ? "box" : "boxes"}` : "No boxes yet";
    this.list.replaceChildren(...this.boxes.map((box) => this.listed(box)));
  }

  drawBox(box, place, isChosen) {
    const colour = this.colour(box.label);
    const shape = this.svgPart("rect", { x: box.left, y: box.top, width: box.width, height: box.height, class: isChosen ? "crowd-box crowd-box-chosen" : "crowd-box" });
    shape.style.setProperty("--colour", colour);
    if (place >= 0) shape.dataset.box = place;
    if (!isChosen || place < 0) return;
    const size = Math.max(6, this.width / 90);
    for (const corner of ["nw", "ne", "sw", "se"]) {
      const x = box.left + (corner.includes("e") ? box.width : 0);
      const y = box.top + (corner.includes("s") ? box.height : 0);
      const handle = this.svgPart("rect", { x: x - size / 2, y: y - size / 2, width: size, height: size, class: `crowd-handle crowd-handle-${corner}` });
      handle.style.setProperty("--colour", colour);
      handle.dataset.corner = corner;
    }
  }

  svgPart(tag, attributes) {
    const part = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
    this.svg.append(part);
    return part;
  }

  listed(box) {
    const words = make("button", { type: "button", class: "crowd-box-words", "aria-pressed": String(box === this.chosen) }, inWords(this.rounded(box)));
    const remove = make("button", { type: "button", class: "crowd-quiet", "aria-label": `Remove ${inWords(this.rounded(box))}` }, "Remove");
    words.addEventListener("click", () => {
      this.chosen = box;
      this.draw();
      this.canvas.focus();
    });
    remove.addEventListener("click", () => {
      this.remove(box);
      this.draw();
      this.canvas.focus();
    });
    const dot = make("span", { class: "crowd-dot", "aria-hidden": "true" });
    dot.style.setProperty("--colour", this.colour(box.label));
    return make("li", {}, dot, words, remove);
  }

  rounded(box) {
    return { label: box.label, ...this.whole(box) };
  }

  say(words) {
    this.spoken.textContent = words;
  }

  crowdValue() {
    const boundingBoxes = this.boxes.map((box) => {
      const { label, left, top, width, height } = this.rounded(box);
      return { height, label, left, top, width };
    });
    const value = { boundingBoxes, inputImageProperties: { height: this.height, width: this.width } };
    if (this.hasAttribute("initial-value")) value.initialValueModified = JSON.stringify(this.boxes) !== this.before;
    return { [this.name]: value };
  }

  crowdFault() {
    if (this.broken) return "The picture could not be loaded, so no box can be drawn. Return the task.";
    if (!this.width) return "The picture is still loading.";
    if (this.draft) return "A box is begun but not placed. Press Enter in the picture to place it, or Escape to drop it.";
    return "";
  }
}

function clamp(value, least, most) {
  return Math.min(Math.max(value, least), most);
}

function between(one, other) {
  return { left: Math.min(one.x, other.x), top: Math.min(one.y, other.y), width: Math.abs(one.x - other.x), height: Math.abs(one.y - other.y) };
}

function opposite(box, corner) {
  return { x: corner.includes("e") ? box.left : box.left + box.width, y: corner.includes("s") ? box.top : box.top + box.height };
}

function inWords(box) {
  return `${box.label}, left ${Math.round(box.left)}, top ${Math.round(box.top)}, ${Math.round(box.width)} by ${Math.round(box.height)} pixels`;
}
