// The box tool: by mouse, pen or finger, and wholly by keyboard.

import { readLax } from "./lax.js";
import { PictureTool } from "./picture.js";
import { clamp } from "./zoom.js";

const SMALLEST = 3; // a shorter drag is a slip of the hand

export class CrowdBoundingBox extends PictureTool {
  static things = ["box", "boxes"];
  static palette = "Label of the next box";
  static keys = [
    ["1 to 9", "pick the next box's label, or change that of a box you chose (click, N, P)"],
    ["Enter", "begin a box in the middle; Enter again places it"],
    ["Arrows", "move the box by a step"],
    ["Shift and arrows", "make it larger or smaller"],
    ["Ctrl with either", "by 1 pixel"],
    ["N, P", "choose the next or previous box"],
    ["Delete", "remove the chosen box"],
    ["Escape", "let go of the box"],
  ];
  static brief = "Enter begins and places a box, arrows move it, Shift and arrows resize it, number keys pick the label, Delete removes it.";

  start() {
    this.shapes = readLax(this.getAttribute("initial-value"), []).map(({ label, left, top, width, height }) => ({ label, left, top, width, height }));
  }

  // ---- mouse, pen, finger

  onDown(point, event) {
    const corner = event.target.dataset?.corner;
    const hit = this.shapes[Number(event.target.dataset?.shape)];
    if (corner && this.chosen) {
      this.remember();
      this.drag = { kind: "corner", fixed: opposite(this.chosen, corner) };
    } else if (hit && !event.shiftKey) {
      this.pick(hit);
      this.drag = { kind: "move", point, from: { ...hit } };
    } else {
      this.chosen = null;
      this.drag = { kind: "new", fixed: point };
      this.draft = { label: this.label, left: point.x, top: point.y, width: 0, height: 0 };
    }
  }

  onMove(point) {
    if (!this.drag) return;
    if (this.drag.kind === "move") {
      const { point: start, from } = this.drag;
      if (!this.drag.isMoved) this.remember();
      this.drag.isMoved = true;
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

  acts(event) {
    return {
      Enter: () => (this.draft ? this.place() : this.begin()),
      Delete: () => this.remove(this.draft ?? this.chosen),
      Backspace: () => this.remove(this.draft ?? this.chosen),
      Escape: () => this.letGo(),
      n: () => this.choose(1),
      p: () => this.choose(-1),
      ...this.arrows(event, (right, down) => this.nudge(event.shiftKey, right, down)),
    };
  }

  begin() {
    const width = Math.round(this.width / 4);
    const height = Math.round(this.height / 4);
    this.chosen = null;
    this.draft = { label: this.label, left: Math.round((this.width - width) / 2), top: Math.round((this.height - height) / 2), width, height };
    this.say(`New ${this.inWords(this.draft)}. Arrows move it, Shift and arrows resize it, Enter places it.`);
  }

  nudge(isSize, right, down) {
    const box = this.draft ?? this.chosen;
    if (!box) return this.say("Press Enter to begin a box, or N to choose one.");
    if (!this.draft) this.remember(`nudge ${this.shapes.indexOf(box)}`);
    if (isSize) {
      box.width = clamp(box.width + right, 1, this.width - box.left);
      box.height = clamp(box.height + down, 1, this.height - box.top);
    } else {
      box.left = clamp(box.left + right, 0, this.width - box.width);
      box.top = clamp(box.top + down, 0, this.height - box.height);
    }
    this.follow({ x: box.left + box.width / 2, y: box.top + box.height / 2 });
    return this.say(this.inWords(box));
  }

  place() {
    this.remember();
    const box = { label: this.draft.label, ...this.whole(this.draft) };
    this.shapes.push(box);
    this.draft = null;
    this.chosen = box;
    this.placed = box;
    this.say(`Placed: ${this.inWords(box)}`);
  }

  // ---- drawing

  whole(box) {
    const left = Math.round(box.left);
    const top = Math.round(box.top);
    const width = Math.max(1, Math.min(Math.round(box.left + box.width), this.width) - left);
    const height = Math.max(1, Math.min(Math.round(box.top + box.height), this.height) - top);
    return { left: Math.min(left, this.width - 1), top: Math.min(top, this.height - 1), width, height };
  }

  drawShape(box, place, isChosen) {
    const colour = this.colour(box.label);
    const edges = { x: box.left, y: box.top, width: box.width, height: box.height };
    const shape = this.svgPart("rect", { ...edges, class: isChosen ? "crowd-box crowd-box-chosen" : "crowd-box" }, colour);
    if (place >= 0) shape.dataset.shape = place;
    if (!isChosen || place < 0) return;
    const size = 9 * this.unit;
    for (const corner of ["nw", "ne", "sw", "se"]) {
      const x = box.left + (corner.includes("e") ? box.width : 0);
      const y = box.top + (corner.includes("s") ? box.height : 0);
      const handle = this.svgPart("rect", { x: x - size / 2, y: y - size / 2, width: size, height: size, class: `crowd-handle crowd-handle-${corner}` }, colour);
      handle.dataset.corner = corner;
    }
  }

  drawDraft() {
    if (this.draft) this.drawShape(this.draft, -1, true);
  }

  inWords(box) {
    const { left, top, width, height } = this.whole(box);
    return `${box.label}, left ${left}, top ${top}, ${width} by ${height} pixels`;
  }

  inList(box) {
    const { width, height } = this.whole(box);
    return `${box.label}, ${width} by ${height}`;
  }

  crowdValue() {
    const boundingBoxes = this.shapes.map((box) => {
      const { left, top, width, height } = this.whole(box);
      return { height, label: box.label, left, top, width };
    });
    const value = { boundingBoxes, inputImageProperties: this.size };
    if (this.hasAttribute("initial-value")) value.initialValueModified = this.isModified;
    return { [this.name]: value };
  }
}

function between(one, other) {
  return { left: Math.min(one.x, other.x), top: Math.min(one.y, other.y), width: Math.abs(one.x - other.x), height: Math.abs(one.y - other.y) };
}

function opposite(box, corner) {
  return { x: corner.includes("e") ? box.left : box.left + box.width, y: corner.includes("s") ? box.top : box.top + box.height };
}
