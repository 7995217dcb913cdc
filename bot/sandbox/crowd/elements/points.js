// Tools that are made of points: polygons, polylines, lines and key points, by mouse, pen or finger, and wholly by
// keyboard, where a cross is moved over the picture and Enter sets a point under it.

import { readLax } from "./lax.js";
import { PictureTool } from "./picture.js";
import { clamp } from "./zoom.js";

const NEAR = 10; // pixels of the screen within which a press means the point that is there
const CROSS_KEYS = [
  ["1 to 9", "pick a label, or change the chosen one's label"],
  ["Arrows", "move the cross (or what is chosen) by a step, with Ctrl by 1 pixel"],
];
const CHOOSE_KEYS = [
  ["N, P", "choose the next or previous one"],
  ["Delete", "remove what is begun or chosen"],
  ["Escape", "drop what is begun, let go of what is chosen"],
];

class PointTool extends PictureTool {
  static least = 1; // points that one of these needs
  static most = Infinity; // points after which it is finished
  static isClosed = false;

  build() {
    this.point = null; // which point of the chosen shape the arrows move; null for the whole shape
    super.build();
  }

  start() {
    const found = readLax(this.getAttribute("initial-value"), []);
    const listed = Array.isArray(found) ? found : (found[this.constructor.things[1].replace(" ", "")] ?? []);
    // A label that the page does not offer is not drawn, as AWS says of key points.
    this.shapes = listed.filter(({ label }) => this.labels.includes(label)).map((shape) => this.taken(shape));
  }

  taken({ label, vertices = [] }) {
    return { label, vertices: vertices.map(({ x, y }) => ({ x, y })) };
  }

  pick(shape, point = null) {
    this.chosen = shape;
    this.point = point;
    const at = shape?.vertices[point ?? 0];
    if (at) this.cross = { ...at };
  }

  // ---- making one

  setPoint({ x, y }) {
    const at = { x: Math.round(x), y: Math.round(y) };
    this.cross = at;
    if (!this.draft) {
      this.pick(null);
      this.draft = { label: this.label, vertices: [] };
      this.cross = at;
    }
    const last = this.draft.vertices.at(-1);
    if (last && last.x === at.x && last.y === at.y) return;
    if (last && this.crosses(last, at, false)) {
      if (!this.byKeys) this.cross = { ...last };
      this.say("This line would cross another one of the same polygon. Choose another place.");
      return;
    }
    this.draft.vertices.push(at);
    this.future = [];
    this.dropped = []; // points of the draft that were undone
    if (this.draft.vertices.length >= this.constructor.most) this.finish();
    else this.say(`Point ${this.draft.vertices.length} of ${this.label}: ${place(at)}`);
  }

  finish() {
    const { draft } = this;
    const [one] = this.constructor.things;
    if (!draft) return this.say(`No ${one} is begun.`);
    const missing = this.constructor.least - draft.vertices.length;
    if (missing > 0) return this.say(`A ${one} needs ${missing} more ${missing === 1 ? "point" : "points"}.`);
    if (this.constructor.isClosed && this.crosses(draft.vertices.at(-1), draft.vertices[0], true)) {
      return this.say("The last line would cross another one of the same polygon. Remove points with Backspace.");
    }
    this.draft = null;
    this.remember();
    this.shapes.push(draft);
    this.pick(null);
    return this.say(`Placed: ${this.inWords(draft)}`);
  }

  // Whether a line of the draft from one point to another would cross its earlier lines; only polygons mind.
  crosses(from, to, isLast) {
    if (!this.constructor.isClosed) return false;
    const { vertices } = this.draft;
    const end = vertices.length - 1;
    for (let index = isLast ? 1 : 0; index < end - 1; index += 1) {
      if (meet(vertices[index], vertices[index + 1], from, to)) return true;
    }
    return false;
  }

  stepBack() {
    if (this.draft) {
      const gone = this.draft.vertices.pop();
      this.cross = { ...(this.draft.vertices.at(-1) ?? gone) };
      if (!this.draft.vertices.length) this.draft = null;
      this.say(`Point removed: ${place(gone)}`);
    } else if (this.chosen && this.point !== null && this.chosen.vertices.length > this.constructor.least) {
      this.remember();
      const [gone] = this.chosen.vertices.splice(this.point, 1);
      this.pick(this.chosen, Math.min(this.point, this.chosen.vertices.length - 1));
      this.say(`Point removed: ${place(gone)}`);
    } else {
      this.remove(this.chosen);
    }
  }

  undo() {
    if (!this.draft) return super.undo();
    this.dropped.push(this.draft.vertices.at(-1));
    return this.stepBack();
  }

  redo() {
    if (!this.draft || !this.dropped.length) return super.redo();
    this.cross = this.dropped.pop();
    this.draft.vertices.push(this.cross);
    return this.say(`Point ${this.draft.vertices.length} is back: ${place(this.cross)}`);
  }

  canStepBack() {
    return this.draft !== null;
  }

  // ---- mouse, pen, finger

  onDown(at, event) {
    const handle = event.target.dataset?.point;
    const hit = this.shapes[Number(event.target.dataset?.shape)];
    if (this.draft) {
      const first = this.draft.vertices[0];
      if (this.constructor.isClosed && this.draft.vertices.length > 2 && this.isNear(first, at)) this.finish();
      else if (event.detail > 1 && this.isNear(this.draft.vertices.at(-1), at)) this.finish();
      else this.setPoint(at);
    } else if (hit && !event.shiftKey) {
      this.pick(hit, handle === undefined ? null : Number(handle));
      this.drag = { at, from: JSON.stringify(hit.vertices) };
    } else {
      this.setPoint(at);
    }
  }

  isNear(point, at) {
    return Math.hypot(point.x - at.x, point.y - at.y) <= NEAR * this.unit;
  }

  onMove(at) {
    if (this.drag) {
      if (!this.drag.isMoved && Math.hypot(at.x - this.drag.at.x, at.y - this.drag.at.y) < 2 * this.unit) return;
      if (!this.drag.isMoved) this.remember();
      this.drag.isMoved = true;
      this.chosen.vertices = JSON.parse(this.drag.from);
      this.shift(Math.round(at.x - this.drag.at.x), Math.round(at.y - this.drag.at.y));
      this.cross = { ...this.chosen.vertices[this.point ?? 0] };
      this.draw();
    } else if (this.draft) {
      this.hover = at;
      this.draw();
    }
  }

  onUp() {
    this.drag = null;
  }

  // ---- keyboard

  acts(event) {
    return {
      Enter: () => this.enter(),
      " ": () => this.setPoint(this.cross),
      Backspace: () => this.stepBack(),
      Delete: () => (this.draft ? this.letGo() : this.remove(this.chosen)),
      Escape: () => this.letGo(),
      n: () => this.choose(1),
      p: () => this.choose(-1),
      "[": () => this.choosePoint(-1),
      "]": () => this.choosePoint(1),
      ...this.arrows(event, (right, down) => this.nudge(right, down)),
    };
  }

  // A second Enter on the same spot finishes: so does the one after the last press of the mouse.
  enter() {
    const last = this.draft?.vertices.at(-1);
    if (this.showsCross()) return;
    if (last && last.x === this.cross.x && last.y === this.cross.y) this.finish();
    else this.setPoint(this.cross);
  }

  nudge(right, down) {
    if (this.chosen && !this.draft) {
      this.remember(`nudge ${this.shapes.indexOf(this.chosen)} ${this.point}`);
      this.shift(right, down);
      this.cross = { ...this.chosen.vertices[this.point ?? 0] };
      this.say(this.point === null ? this.inWords(this.chosen) : `Point ${this.point + 1}: ${place(this.cross)}`);
    } else {
      this.cross = this.inside({ x: this.cross.x + right, y: this.cross.y + down });
      this.say(place(this.cross));
    }
    this.follow(this.cross);
  }

  inside({ x, y }) {
    return { x: clamp(x, 0, this.width), y: clamp(y, 0, this.height) };
  }

  // Moves the chosen point, or all points together as far as the picture reaches.
  shift(right, down) {
    const { vertices } = this.chosen;
    const moved = this.point === null ? vertices : [vertices[this.point]];
    const reach = (axis, by, most) => clamp(by, -Math.min(...moved.map((one) => one[axis])), most - Math.max(...moved.map((one) => one[axis])));
    const [x, y] = [reach("x", right, this.width), reach("y", down, this.height)];
    for (const one of moved) Object.assign(one, { x: one.x + x, y: one.y + y });
  }

  choosePoint(step) {
    if (!this.chosen) return this.say(`Choose a ${this.constructor.things[0]} first, with N or P.`);
    const number = this.chosen.vertices.length;
    let next = step > 0 ? 0 : number - 1;
    if (this.point !== null) next = (this.point + step + number) % number;
    this.pick(this.chosen, next);
    return this.say(`Point ${next + 1} of ${number}: ${place(this.cross)}`);
  }

  // ---- drawing

  drawShape(shape, index, isChosen) {
    const colour = this.colour(shape.label);
    const tag = this.constructor.isClosed ? "polygon" : "polyline";
    const points = shape.vertices.map(({ x, y }) => `${x},${y}`).join(" ");
    this.svgPart(tag, { points, class: "crowd-halo" });
    this.svgPart(tag, { points, class: `crowd-outline${isChosen ? " crowd-outline-chosen" : ""}` }, colour).dataset.kind = tag;
    this.svgPart(tag, { points, class: "crowd-grip" }).dataset.shape = index;
    this.drawPoints(shape, index, isChosen ? 5 : 3, colour);
  }

  drawPoints(shape, index, radius, colour) {
    shape.vertices.forEach(({ x, y }, number) => {
      const isActive = shape === this.chosen && number === this.point;
      const dot = this.svgPart("circle", { cx: x, cy: y, r: (isActive ? 7 : radius) * this.unit, class: `crowd-point${isActive ? " crowd-point-active" : ""}` }, colour);
      if (index < 0 || shape !== this.chosen) return;
      dot.dataset.shape = index;
      dot.dataset.point = number;
    });
  }

  drawDraft() {
    const isKeyboard = document.activeElement === this.canvas && this.byKeys;
    if (this.draft) {
      const colour = this.colour(this.draft.label);
      const points = this.draft.vertices.map(({ x, y }) => `${x},${y}`).join(" ");
      const next = this.byKeys ? this.cross : (this.hover ?? this.cross);
      const last = this.draft.vertices.at(-1);
      this.svgPart("polyline", { points, class: "crowd-halo" });
      this.svgPart("polyline", { points, class: "crowd-outline crowd-outline-draft" }, colour);
      this.svgPart("line", { x1: last.x, y1: last.y, x2: next.x, y2: next.y, class: "crowd-outline crowd-outline-next" }, colour);
      this.drawPoints(this.draft, -1, 4, colour);
      if (this.constructor.isClosed && this.draft.vertices.length > 2) {
        const [first] = this.draft.vertices;
        this.svgPart("circle", { cx: first.x, cy: first.y, r: NEAR * this.unit, class: "crowd-outline crowd-outline-next" }, colour);
      }
    }
    if (isKeyboard && !this.chosen) this.drawCross(this.colour(this.draft?.label ?? this.label));
  }

  inWords({ label, vertices }) {
    const number = vertices.length;
    return `${label}, ${number} ${number === 1 ? "point" : "points"}, first at ${place(vertices[0])}`;
  }

  inList({ label, vertices }) {
    return `${label}, ${vertices.length} points`;
  }

  get answered() {
    return this.shapes.map(({ label, vertices }) => ({ label, vertices: vertices.map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) })) }));
  }
}

export class CrowdPolygon extends PointTool {
  static things = ["polygon", "polygons"];
  static palette = "Label of the next polygon";
  static least = 3;
  static isClosed = true;
  static keys = [
    ...CROSS_KEYS,
    ["Enter", "set a point; a second Enter on the same spot closes the polygon"],
    ["Backspace", "remove the last point"],
    ...CHOOSE_KEYS,
    ["[, ]", "choose a point of the chosen polygon"],
  ];
  static brief = "Arrows move a cross, Enter sets a point, Enter again on the same spot closes the polygon, Backspace removes the last point, number keys pick the label, N chooses a polygon.";

  crowdValue() {
    return { [this.name]: { inputImageProperties: this.size, polygons: this.answered } };
  }
}

export class CrowdPolyline extends PointTool {
  static things = ["polyline", "polylines"];
  static palette = "Label of the next polyline";
  static least = 2;
  static keys = [
    ...CROSS_KEYS,
    ["Enter", "set a point; a second Enter on the same spot ends the polyline"],
    ["Backspace", "remove the last point"],
    ...CHOOSE_KEYS,
    ["[, ]", "choose a point of the chosen polyline"],
  ];
  static brief = "Arrows move a cross, Enter sets a point, Enter again on the same spot ends the polyline, Backspace removes the last point, number keys pick the label, N chooses a polyline.";

  crowdValue() {
    return { [this.name]: this.withModified({ inputImageProperties: this.size, [this.constructor.things[1]]: this.answered }) };
  }

  withModified(value) {
    return this.hasAttribute("initial-value") ? { initialValueModified: this.isModified, ...value } : value;
  }
}

export class CrowdLine extends CrowdPolyline {
  static things = ["line", "lines"];
  static palette = "Label of the next line";
  static most = 2;
  static keys = [
    ...CROSS_KEYS,
    ["Enter", "set the start of a line, then its end"],
    ["Backspace", "take the start back"],
    ...CHOOSE_KEYS,
    ["[, ]", "choose an end of the chosen line"],
  ];
  static brief = "Arrows move a cross, Enter sets the start and then the end of a line, number keys pick the label, N chooses a line, Delete removes it.";
}

export class CrowdKeypoint extends PointTool {
  static things = ["key point", "key points"];
  static palette = "Label of the next key point";
  static most = 1;
  static keys = [...CROSS_KEYS, ["Enter", "set a key point under the cross"], ["Backspace", "remove the chosen key point"], ...CHOOSE_KEYS];
  static brief = "Arrows move a cross, Enter sets a key point, number keys pick the label, N chooses a key point, arrows then move it, Backspace removes it.";

  taken({ label, x, y }) {
    return { label, vertices: [{ x, y }] };
  }

  drawShape(shape, index, isChosen) {
    const colour = this.colour(shape.label);
    const [{ x, y }] = shape.vertices;
    const { unit } = this;
    this.svgPart("circle", { cx: x, cy: y, r: (isChosen ? 11 : 8) * unit, class: "crowd-halo" });
    const ring = this.svgPart("circle", { cx: x, cy: y, r: (isChosen ? 11 : 8) * unit, class: `crowd-box${isChosen ? " crowd-box-chosen" : ""}` }, colour);
    this.svgPart("circle", { cx: x, cy: y, r: 2.5 * unit, class: "crowd-pip" }, colour);
    ring.dataset.shape = index;
    const isRight = x > this.width * 0.8;
    const words = this.svgPart("text", { x: x + (isRight ? -14 : 14) * unit, y: y + 4.5 * unit, "font-size": 13 * unit, "stroke-width": 4 * unit, "text-anchor": isRight ? "end" : "start", class: "crowd-caption" });
    words.textContent = shape.label;
  }

  inWords({ label, vertices }) {
    return `${label}, ${place(vertices[0])}`;
  }

  inList(shape) {
    return this.inWords(shape);
  }

  crowdValue() {
    const keypoints = this.answered.map(({ label, vertices: [{ x, y }] }) => ({ label, x, y }));
    return { [this.name]: { inputImageProperties: this.size, keypoints } };
  }
}

function place({ x, y }) {
  return `left ${Math.round(x)}, top ${Math.round(y)}`;
}

// Whether two lines cross in a point that is no end of either.
function meet(a, b, c, d) {
  const side = (p, q, r) => Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}
