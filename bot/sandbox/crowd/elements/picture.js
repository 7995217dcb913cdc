// What all drawing tools share: the picture with a drawing over it, labels, undo, zoom, words for screen readers.
// Everything is kept in image pixels; the drawing's own coordinate system is the picture's, so no answer ever depends
// on the size at which the picture is shown.

import { COLOURS, CrowdElement, freshId, isTyping, make } from "./element.js";
import { readLax } from "./lax.js";
import { layOut } from "./regions.js";
import { clamp, Zoom } from "./zoom.js";

const SVG = "http://www.w3.org/2000/svg";
const MOST_UNDO = 100;
const SHARED_HELP = [
  ["Ctrl Z, Ctrl Y", "undo, redo"],
  ["+, -, 0", "zoom in, out, whole picture"],
];

export class PictureTool extends CrowdElement {
  // Of each tool: what it makes ([one, many]), its keys for people ([key, words]) and in a sentence for readers.
  static things = ["thing", "things"];
  static keys = [];
  static brief = "";
  static palette = "Label of the next one";

  build() {
    this.labels = readLax(this.getAttribute("labels"), []).map((entry) => entry.label ?? entry);
    this.ownColours = readLax(this.getAttribute("label-colors"), []);
    this.shapes = [];
    this.chosen = null; // the shape that keys act on
    this.placed = null; // the chosen shape while nobody chose it on purpose: a label is for the next one then
    this.draft = null; // a shape that is begun, not yet among the shapes
    this.past = [];
    this.future = [];
    this.byKeys = true; // whether the cross is shown: not while a mouse does the work
    this.label = this.labels[0];
    const { stage, side, rest } = layOut(this);
    this.buildPalette(side);
    this.buildTools(stage);
    this.buildCanvas(stage, rest);
    this.buildList(side);
    document.addEventListener("keydown", (event) => this.onAnyKey(event));
  }

  buildPalette(side) {
    const group = make("fieldset", { class: "crowd-choices" }, make("legend", {}, this.constructor.palette));
    const groupName = freshId("crowd-choice");
    this.inputs = this.labels.map((label, place) => {
      const input = make("input", { type: "radio", name: groupName, value: label, checked: place === 0 });
      input.addEventListener("change", () => this.useLabel(label));
      const key = place < 9 ? make("kbd", { "aria-hidden": "true" }, String(place + 1)) : "";
      group.append(make("label", { class: "crowd-choice" }, input, this.dot(this.colour(label)), make("span", {}, label), key));
      return input;
    });
    this.palette = group;
    side.append(group);
  }

  buildTools(stage) {
    this.tools = make("div", { class: "crowd-tools", role: "group", "aria-label": "Drawing tools" });
    this.buildOwnTools();
    this.undoButton = this.tool("↶", () => this.undo(), "Undo");
    this.redoButton = this.tool("↷", () => this.redo(), "Redo");
    // From the start: a button that is switched off under the focus takes the focus with it.
    this.undoButton.disabled = true;
    this.redoButton.disabled = true;
    this.zoomed = make("output", { class: "crowd-zoom", "aria-label": "Zoom" }, "100 %");
    const out = this.tool("−", () => this.zoomTo(-1), "Zoom out");
    const closer = this.tool("+", () => this.zoomTo(1), "Zoom in");
    this.tools.append(make("span", { class: "crowd-steps" }, this.undoButton, this.redoButton, out, this.zoomed, closer));
    stage.append(this.tools);
  }

  buildOwnTools() {}

  tool(words, act, name) {
    const button = make("button", { type: "button", class: "crowd-quiet", "aria-label": name, title: name }, words);
    button.addEventListener("click", () => {
      act();
      this.draw();
      this.canvas.focus({ preventScroll: true });
    });
    return button;
  }

  buildCanvas(stage, rest) {
    const helpId = freshId("crowd-help");
    this.svg = document.createElementNS(SVG, "svg");
    this.svg.setAttribute("preserveAspectRatio", "none");
    this.svg.setAttribute("aria-hidden", "true");
    this.image = make("img", { src: this.getAttribute("src"), alt: "The picture to draw on", draggable: "false" });
    this.canvas = make("div", { class: "crowd-canvas", tabindex: "0", role: "application", "aria-label": `Picture. Draw ${this.constructor.things[1]} here.`, "aria-describedby": helpId }, this.image, this.svg);
    const holder = make("div", { class: "crowd-picture" }, this.canvas);
    this.zoom = new Zoom(holder, this.image);
    this.spoken = make("p", { class: "crowd-spoken", role: "status" });
    const keys = [...this.constructor.keys, ...SHARED_HELP];
    const list = make("dl", {}, ...keys.flatMap(([key, words]) => [make("dt", {}, key), make("dd", {}, words)]));
    const help = make("details", { class: "crowd-help" }, make("summary", {}, "Keyboard: click or Tab into the picture, then…"), list);
    const brief = make("p", { id: helpId, class: "crowd-unseen" }, this.constructor.brief);
    stage.append(holder, this.spoken, brief, help, ...rest);
    this.image.addEventListener("error", () => this.breakDown());
    if (this.image.complete && this.image.naturalWidth) this.takeSize();
    else this.image.addEventListener("load", () => this.takeSize());
    this.canvas.addEventListener("keydown", (event) => this.onKey(event));
    for (const change of ["focus", "blur"]) this.canvas.addEventListener(change, () => this.draw());
    this.canvas.addEventListener("pointerdown", (event) => this.pointerDown(event));
    this.canvas.addEventListener("pointermove", (event) => this.width && this.onMove(this.pointOf(event), event));
    this.canvas.addEventListener("pointerup", () => this.onUp());
    this.canvas.addEventListener("pointercancel", () => this.onUp());
  }

  buildList(side) {
    this.count = make("h3", {}, `No ${this.constructor.things[1]} yet`);
    this.list = make("ul", { class: "crowd-boxes" });
    side.append(make("section", { class: "crowd-list" }, this.count, this.list));
  }

  breakDown() {
    this.broken = true;
    this.tools.remove();
    this.canvas.replaceWith(make("p", { class: "crowd-fault", role: "alert" }, "The picture could not be loaded. Return the task."));
  }

  takeSize() {
    this.width = this.image.naturalWidth;
    this.height = this.image.naturalHeight;
    this.step = Math.max(5, Math.round(Math.max(this.width, this.height) / 64));
    this.cross = { x: Math.round(this.width / 2), y: Math.round(this.height / 2) };
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    this.start();
    this.before = JSON.stringify(this.shapes);
    new ResizeObserver(() => this.draw()).observe(this.image);
    this.draw();
  }

  // With the picture's size known: take over what the page starts from.
  start() {}

  dot(colour) {
    const dot = make("span", { class: "crowd-dot", "aria-hidden": "true" });
    dot.style.setProperty("--colour", colour);
    return dot;
  }

  colour(label) {
    const place = Math.max(0, this.labels.indexOf(label));
    return this.ownColours[place] ?? COLOURS[place % COLOURS.length];
  }

  // Image pixels to one pixel of the screen: what is drawn for the hand (handles, letters) keeps its size by it.
  get unit() {
    return this.width / (this.svg.getBoundingClientRect().width || this.width);
  }

  // ---- keys that work anywhere on the page

  onAnyKey(event) {
    if (isTyping(event) || document.querySelector("dialog[open]") || !this.width) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey) {
      const key = event.key.toLowerCase();
      const back = key === "z" && !event.shiftKey;
      if (!back && key !== "y" && key !== "z") return;
      event.preventDefault();
      if (back) this.undo();
      else this.redo();
      this.draw();
      return;
    }
    const label = this.labels[Number(event.key) - 1];
    if (event.altKey || label === undefined) return;
    event.preventDefault();
    this.useLabel(label);
  }

  useLabel(label) {
    this.label = label;
    this.inputs[this.labels.indexOf(label)].checked = true;
    const chosen = this.chosen === this.placed ? null : this.chosen;
    const shape = this.draft ?? chosen;
    const [one] = this.constructor.things;
    if (shape && shape !== this.draft) this.remember();
    if (shape) shape.label = label;
    this.say(shape ? `This ${one} is now: ${label}` : `Next ${one}: ${label}`);
    this.draw();
  }

  // ---- keys in the picture: the tool's own, then zoom

  onKey(event) {
    if (!this.width) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const isSubmit = key === "Enter" && (event.ctrlKey || event.metaKey);
    const isUndo = (event.ctrlKey || event.metaKey) && key.length === 1;
    const act = { "+": () => this.zoomTo(1), "=": () => this.zoomTo(1), "-": () => this.zoomTo(-1), 0: () => this.zoomTo(0), ...this.acts(event) }[key];
    if (!act || isSubmit || isUndo) return;
    event.preventDefault();
    event.stopPropagation();
    this.wasByKeys = this.byKeys;
    this.byKeys = true;
    act();
    this.draw();
  }

  // After the mouse has closed something, Enter must not begin the next one under it: the first Enter shows the cross.
  showsCross() {
    if (this.wasByKeys || this.draft) return false;
    this.say("The cross is here. Enter begins at it, arrows move it.");
    return true;
  }

  // The four arrows as one act: where to, and by how many pixels.
  arrows(event, act) {
    const step = event.ctrlKey || event.metaKey ? 1 : this.step;
    const to = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    return Object.fromEntries(Object.entries(to).map(([key, [right, down]]) => [key, () => act(right, down)]));
  }

  acts() {
    return {};
  }

  choose(step) {
    const [one, many] = this.constructor.things;
    if (!this.shapes.length) return this.say(`There are no ${many} yet.`);
    this.draft = null;
    let place = step > 0 ? 0 : -1;
    if (this.chosen) place = this.shapes.indexOf(this.chosen) + step;
    this.pick(this.shapes.at(place % this.shapes.length));
    return this.say(`${one[0].toUpperCase()}${one.slice(1)} ${this.shapes.indexOf(this.chosen) + 1} of ${this.shapes.length}: ${this.inWords(this.chosen)}`);
  }

  pick(shape) {
    this.chosen = shape;
    this.placed = null;
  }

  remove(shape) {
    if (!shape) return;
    if (shape !== this.draft) this.remember();
    this.shapes = this.shapes.filter((other) => other !== shape);
    this.draft = null;
    this.pick(null);
    this.say(`Removed: ${this.inWords(shape)}`);
  }

  letGo() {
    this.draft = null;
    this.pick(null);
    this.say(`No ${this.constructor.things[0]} is chosen.`);
  }

  // ---- undo: the shapes before each change; steps of one movement count as one change

  remember(movement = null) {
    if (movement && movement === this.movement) return;
    this.movement = movement;
    this.past.push(JSON.stringify(this.shapes));
    if (this.past.length > MOST_UNDO) this.past.shift();
    this.future = [];
  }

  undo() {
    this.goTo(this.past, this.future, "Undone.", "There is nothing to undo.");
  }

  redo() {
    this.goTo(this.future, this.past, "Done again.", "There is nothing to do again.");
  }

  goTo(from, to, done, nothing) {
    if (!from.length) return this.say(nothing);
    to.push(JSON.stringify(this.shapes));
    this.shapes = JSON.parse(from.pop());
    this.movement = null;
    this.draft = null;
    this.pick(null);
    return this.say(done);
  }

  zoomTo(step) {
    this.zoom.by(step);
    this.zoomed.textContent = this.zoom.words;
    this.say(`Zoom ${this.zoom.words}`);
  }

  follow(point) {
    this.zoom.follow(point.x / this.width, point.y / this.height);
  }

  // ---- mouse, pen, finger

  pointOf(event) {
    const seen = this.svg.getBoundingClientRect();
    return {
      x: clamp(((event.clientX - seen.left) / seen.width) * this.width, 0, this.width),
      y: clamp(((event.clientY - seen.top) / seen.height) * this.height, 0, this.height),
    };
  }

  pointerDown(event) {
    if (!this.width || event.button !== 0) return;
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    this.byKeys = false;
    this.onDown(this.pointOf(event), event);
    this.draw();
  }

  onDown() {}
  onMove() {}
  onUp() {}

  // ---- drawing

  draw() {
    if (!this.width) return;
    this.svg.replaceChildren();
    this.shapes.forEach((shape, place) => this.drawShape(shape, place, shape === this.chosen));
    this.drawDraft();
    const [one, many] = this.constructor.things;
    const number = this.shapes.length;
    this.count.textContent = number ? `${number} ${number === 1 ? one : many}` : `No ${many} yet`;
    this.list.replaceChildren(...this.shapes.map((shape) => this.listed(shape)));
    this.undoButton.disabled = !this.past.length && !this.canStepBack();
    this.redoButton.disabled = !this.future.length;
  }

  canStepBack() {
    return false;
  }

  drawShape() {}
  drawDraft() {}

  svgPart(tag, attributes, colour) {
    const part = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
    if (colour) part.style.setProperty("--colour", colour);
    this.svg.append(part);
    return part;
  }

  drawCross(colour) {
    const { x, y } = this.cross;
    const [gap, reach] = [5 * this.unit, 14 * this.unit];
    const path = `M${x - reach} ${y}H${x - gap}M${x + gap} ${y}H${x + reach}M${x} ${y - reach}V${y - gap}M${x} ${y + gap}V${y + reach}`;
    this.svgPart("path", { d: path, class: "crowd-halo" });
    this.svgPart("path", { d: path, class: "crowd-cross" }, colour);
  }

  listed(shape) {
    const said = this.inWords(shape);
    const words = make("button", { type: "button", class: "crowd-box-words", "aria-pressed": String(shape === this.chosen) }, this.inList(shape));
    const remove = make("button", { type: "button", class: "crowd-quiet", "aria-label": `Remove ${said}` }, "Remove");
    words.addEventListener("click", () => this.fromList(() => this.pick(shape)));
    remove.addEventListener("click", () => this.fromList(() => this.remove(shape)));
    return make("li", {}, this.dot(this.colour(shape.label)), words, remove);
  }

  fromList(act) {
    act();
    this.draw();
    this.canvas.focus();
  }

  inWords(shape) {
    return shape.label;
  }

  inList(shape) {
    return this.inWords(shape);
  }

  say(words) {
    this.spoken.textContent = words;
  }

  get size() {
    return { height: this.height, width: this.width };
  }

  get isModified() {
    return JSON.stringify(this.shapes) !== this.before;
  }

  crowdFault() {
    const [one] = this.constructor.things;
    if (this.broken) return "The picture could not be loaded, so nothing can be drawn. Return the task.";
    if (!this.width) return "The picture is still loading.";
    if (this.draft) return `A ${one} is begun but not finished. Go into the picture and press Enter to finish it, or Escape to drop it.`;
    return "";
  }
}
