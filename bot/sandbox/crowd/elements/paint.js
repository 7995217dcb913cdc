// What the painting tools share: brush, outline and eraser over a label map, by mouse, pen or finger, and wholly by
// keyboard, where a cross with the brush round it is moved over the picture. What a layer is, each tool says itself.

import { make } from "./element.js";
import { Mask } from "./mask.js";
import { PictureTool } from "./picture.js";
import { clamp } from "./zoom.js";

const SHOWN = 0.55; // how much of the picture the paint covers
const TOOLS = { b: "Brush", o: "Outline", e: "Eraser" };
const SIZES = [1, 2, 3, 5, 8, 12, 18, 26, 38, 55, 80, 120];

export class PaintTool extends PictureTool {
  static keys = [
    ["1 to 9", "pick a label"],
    ["B, O, E", "brush, outline to be filled, eraser"],
    ["[, ]", "smaller or larger brush"],
    ["Arrows", "move the cross by a step, with Ctrl by 1 pixel"],
    ["Enter", "paint a dot; with the outline set a corner, a second Enter on the same spot fills it"],
    ["Shift and arrows", "paint along the way"],
    ["Backspace", "outline: take the last corner back; else undo"],
    ["Escape", "drop the outline"],
  ];
  static brief = "Arrows move the brush, Enter paints a dot, Shift and arrows paint along the way, B is the brush, O an outline to be filled, E the eraser, brackets change the brush's size, number keys pick the label.";

  build() {
    this.layers = [];
    this.mode = "b";
    super.build();
  }

  buildOwnTools() {
    this.modes = Object.entries(TOOLS).map(([key, words]) => {
      const button = this.tool("", () => this.useTool(key), words);
      button.append(make("span", {}, words), make("kbd", { "aria-hidden": "true" }, key.toUpperCase()));
      button.dataset.mode = key;
      return button;
    });
    this.sizer = make("input", { type: "range", min: "0", max: String(SIZES.length - 1), value: "5" });
    this.sizer.addEventListener("input", () => this.draw());
    this.tools.append(...this.modes, make("label", { class: "crowd-size" }, "Size", this.sizer));
  }

  buildCanvas(stage, rest) {
    super.buildCanvas(stage, rest);
    this.paint = make("canvas", { "aria-hidden": "true" });
    this.paint.style.opacity = SHOWN;
    this.svg.before(this.paint);
    this.canvas.addEventListener("pointerleave", () => this.moveCross(null));
  }

  start() {
    this.mask = new Mask(this.width, this.height);
    Object.assign(this.paint, { width: this.width, height: this.height });
    this.refresh();
  }

  get radius() {
    return SIZES[Number(this.sizer.value)] * Math.max(1, this.width / 640);
  }

  // ---- tools, labels, undo

  useTool(key) {
    this.mode = key;
    this.draft = null;
    this.say(`${TOOLS[key]}.`);
  }

  resize(step) {
    this.sizer.value = String(Number(this.sizer.value) + step);
    this.say(`Brush of ${Math.round(2 * this.radius)} pixels.`);
  }

  useLabel(label) {
    this.label = label;
    this.inputs[this.labels.indexOf(label)].checked = true;
    if (this.mode === "e") this.mode = "b";
    this.say(`${TOOLS[this.mode]} for ${label}.`);
    this.draw();
  }

  get layer() {
    return this.mode === "e" ? 0 : this.layerToPaint();
  }

  undo() {
    if (this.draft) this.stepBack();
    else this.replay(this.mask.undo(), "Undone.", "There is nothing to undo.");
  }

  redo() {
    this.replay(this.mask.redo(), "Done again.", "There is nothing to do again.");
  }

  replay(area, done, nothing) {
    if (area) this.refresh(area);
    this.say(area ? done : nothing);
  }

  stepBack() {
    if (!this.draft) return this.undo();
    this.draft.pop();
    if (!this.draft.length) this.draft = null;
    return this.say("Corner removed.");
  }

  // ---- painting: one act is one step of undo

  change(act, words) {
    this.mask.begin();
    act();
    this.finishChange(words);
  }

  finishChange(words) {
    const area = this.mask.edges;
    const isChanged = this.mask.end();
    if (area.right > area.left) this.refresh(area);
    this.say(isChanged ? words : "Nothing has changed there.");
  }

  dab(at) {
    const { layer } = this;
    this.change(() => this.mask.dot(at, this.radius, layer), `${this.doing(layer)} at ${place(at)}`);
  }

  doing(layer) {
    return layer ? `${this.layers[layer - 1].label} painted` : "Erased";
  }

  corner(at) {
    const spot = { x: Math.round(at.x), y: Math.round(at.y) };
    const last = this.draft?.at(-1);
    if (last && last.x === spot.x && last.y === spot.y) return this.fillOutline();
    this.draft = [...(this.draft ?? []), spot];
    return this.say(`Corner ${this.draft.length}: ${place(spot)}`);
  }

  fillOutline() {
    const points = this.draft;
    if (points.length < 3) return this.say("An outline needs at least 3 corners.");
    this.draft = null;
    const { layer } = this;
    return this.change(() => this.mask.area(points, layer), `${this.doing(layer)}: the inside of ${points.length} corners.`);
  }

  // ---- mouse, pen, finger

  onDown(at, event) {
    this.cross = at;
    if (this.mode === "o") {
      const isClosing = this.draft?.length > 2 && Math.hypot(this.draft[0].x - at.x, this.draft[0].y - at.y) <= 10 * this.unit;
      if (isClosing || (this.draft && event.detail > 1)) this.fillOutline();
      else this.corner(at);
      return;
    }
    this.last = at;
    this.strokeLayer = this.layer;
    this.mask.begin();
    this.strokeTo(at);
  }

  strokeTo(at) {
    const reach = this.radius + 2;
    const [left, right] = [Math.min(at.x, this.last.x) - reach, Math.max(at.x, this.last.x) + reach];
    const [top, bottom] = [Math.min(at.y, this.last.y) - reach, Math.max(at.y, this.last.y) + reach];
    this.mask.stroke(this.last, at, this.radius, this.strokeLayer);
    this.last = at;
    this.show({ left: clamp(Math.floor(left), 0, this.width), top: clamp(Math.floor(top), 0, this.height), right: clamp(Math.ceil(right), 0, this.width), bottom: clamp(Math.ceil(bottom), 0, this.height) });
  }

  onMove(at) {
    this.moveCross(at);
    if (this.mask.isOpen) this.strokeTo(at);
  }

  onUp() {
    if (!this.mask?.isOpen) return;
    this.finishChange(`${this.doing(this.strokeLayer)}.`);
    this.draw();
  }

  moveCross(at) {
    if (!this.width || (!at && this.byKeys)) return;
    this.byKeys = false;
    this.isOutside = !at;
    if (at) this.cross = at;
    this.drawHand();
  }

  // ---- keyboard

  acts(event) {
    return {
      Enter: () => this.press(),
      " ": () => this.press(),
      Backspace: () => this.stepBack(),
      Escape: () => this.letGo(),
      "[": () => this.resize(-1),
      "]": () => this.resize(1),
      ...Object.fromEntries(Object.keys(TOOLS).map((key) => [key, () => this.useTool(key)])),
      ...this.arrows(event, (right, down) => this.nudge(event.shiftKey, right, down)),
    };
  }

  press() {
    this.toKeys();
    if (this.mode === "o" && this.showsCross()) return;
    if (this.mode === "o") this.corner(this.cross);
    else this.dab(this.cross);
  }

  toKeys() {
    this.isOutside = false;
    this.cross = { x: Math.round(this.cross.x), y: Math.round(this.cross.y) };
  }

  nudge(isPainting, right, down) {
    this.toKeys();
    const from = this.cross;
    this.cross = { x: clamp(from.x + right, 0, this.width), y: clamp(from.y + down, 0, this.height) };
    if (isPainting && this.mode !== "o") {
      const { layer } = this;
      this.change(() => this.mask.stroke(from, this.cross, this.radius, layer), `${this.doing(layer)} to ${place(this.cross)}`);
    } else {
      this.say(place(this.cross));
    }
    this.follow(this.cross);
  }

  letGo() {
    this.say(this.draft ? "Outline dropped." : "Nothing is begun.");
    this.draft = null;
  }

  // ---- drawing

  get rgb() {
    return this.layers.map(({ colour }) => rgbOf(colour));
  }

  show(area) {
    if (area && (area.right <= area.left || area.bottom <= area.top)) return;
    this.paint.getContext("2d").putImageData(this.mask.image(this.rgb, area), area?.left ?? 0, area?.top ?? 0);
  }

  refresh(area) {
    this.show(area);
    this.pixels = this.mask.counts();
  }

  draw() {
    if (!this.width) return;
    this.drawHand();
    for (const button of this.modes) button.setAttribute("aria-pressed", String(button.dataset.mode === this.mode));
    const painted = this.width * this.height - this.pixels[0];
    const [one, many] = this.constructor.things;
    this.count.textContent = painted ? `Painted: ${this.share(painted)} of the picture` : `No ${many} yet`;
    this.list.replaceChildren(...this.listedLayers());
    this.list.setAttribute("aria-label", `Each ${one}`);
    this.undoButton.disabled = !this.mask.past.length && !this.draft;
    this.redoButton.disabled = !this.mask.future.length;
  }

  share(pixels) {
    const share = (100 * pixels) / (this.width * this.height);
    return share > 0 && share < 0.1 ? "less than 0.1 %" : `${share.toFixed(1)} %`;
  }

  // The hand: the brush's rim or the cross, and the outline that is begun.
  drawHand() {
    this.svg.replaceChildren();
    const colour = this.mode === "e" ? "#ffffff" : this.handColour();
    if (this.draft) {
      const points = [...this.draft, this.cross].map(({ x, y }) => `${x},${y}`).join(" ");
      this.svgPart("polygon", { points, class: "crowd-halo" });
      this.svgPart("polygon", { points, class: "crowd-outline crowd-outline-draft crowd-fill" }, colour);
      for (const { x, y } of this.draft) this.svgPart("circle", { cx: x, cy: y, r: 4 * this.unit, class: "crowd-point" }, colour);
    }
    const isSeen = this.byKeys ? document.activeElement === this.canvas : !this.isOutside;
    if (!isSeen) return;
    if (this.mode === "o") return void this.drawCross(colour);
    const { x, y } = this.cross;
    this.svgPart("circle", { cx: x, cy: y, r: this.radius, class: "crowd-halo" });
    this.svgPart("circle", { cx: x, cy: y, r: this.radius, class: "crowd-rim" }, colour);
    if (this.byKeys) this.drawCross(colour);
  }

  row(layer, words, extra = []) {
    const { label, colour } = this.layers[layer - 1];
    const remove = make("button", { type: "button", class: "crowd-quiet", "aria-label": `Remove ${words}` }, "Remove");
    remove.addEventListener("click", () => this.fromList(() => this.change(() => this.mask.clear(layer), `Removed: ${label}`)));
    return make("li", {}, this.dot(colour), ...extra, this.pixels[layer] ? remove : "");
  }

  // ---- the answer

  png() {
    const sheet = make("canvas", { width: this.width, height: this.height });
    // UNSURE: what AWS's tool writes where nothing is painted; here it is see-through.
    sheet.getContext("2d").putImageData(this.mask.image(this.rgb), 0, 0);
    return { pngImageData: sheet.toDataURL("image/png").split(",")[1] };
  }

  crowdFault() {
    if (this.draft) return "An outline is begun but not filled. Press Enter twice on its last corner, or Escape to drop it.";
    return super.crowdFault();
  }
}

function place({ x, y }) {
  return `left ${Math.round(x)}, top ${Math.round(y)}`;
}

function rgbOf(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}
