// Segmentation: semantic (each label is one layer) and of instances (each thing is one, with a colour of its own).

import { make } from "./element.js";
import { readLax } from "./lax.js";
import { PaintTool } from "./paint.js";

// The colours of masks in the order of AWS's own files: the first label is green, the second blue.
// UNSURE: the colours after the tenth; here they are spread over the colour circle.
const COLOURS = ["#2ca02c", "#1f77b4", "#ff7f0e", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"];

export class CrowdSemanticSegmentation extends PaintTool {
  static things = ["label", "painted labels"];
  static palette = "Label to paint";

  buildPalette(side) {
    this.initial = readLax(this.getAttribute("initial-value"), null);
    const known = this.initial?.labelMappings ?? {};
    const taken = new Set(Object.values(known).map(({ color }) => color.toLowerCase()));
    this.layers = this.labels.map((label, number) => {
      const colour = known[label]?.color.toLowerCase() ?? freshColour(taken, number);
      taken.add(colour);
      return { label, colour };
    });
    super.buildPalette(side);
  }

  colour(label) {
    return this.layers[Math.max(0, this.labels.indexOf(label))].colour;
  }

  start() {
    super.start();
    if (!this.initial?.src) return;
    this.isWaiting = true;
    const earlier = make("img", { crossorigin: "anonymous" });
    earlier.addEventListener("load", () => this.takeEarlier(earlier));
    earlier.addEventListener("error", () => (this.broken = true));
    earlier.src = this.initial.src;
  }

  // The mask of an earlier job, to be corrected.
  takeEarlier(earlier) {
    const sheet = make("canvas", { width: this.width, height: this.height });
    const context = sheet.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(earlier, 0, 0, this.width, this.height);
    this.mask.take(context.getImageData(0, 0, this.width, this.height).data, this.rgb);
    this.earlier = this.mask.data.slice();
    this.isWaiting = false;
    this.refresh();
    this.draw();
  }

  layerToPaint() {
    return this.labels.indexOf(this.label) + 1;
  }

  handColour() {
    return this.colour(this.label);
  }

  listedLayers() {
    return this.layers
      .map(({ label }, number) => ({ label, layer: number + 1 }))
      .filter(({ layer }) => this.pixels[layer])
      .map(({ label, layer }) => this.row(layer, label, [make("span", { class: "crowd-box-words" }, `${label}, ${this.share(this.pixels[layer])}`)]));
  }

  crowdValue() {
    // UNSURE: whether labels that were not painted are among the mappings; here all are.
    const labelMappings = Object.fromEntries(this.layers.map(({ label, colour }) => [label, { color: colour }]));
    const value = { inputImageProperties: this.size, labelMappings, labeledImage: this.png() };
    if (this.initial) value.initialValueModified = !this.earlier || this.earlier.some((layer, at) => layer !== this.mask.data[at]);
    return { [this.name]: value };
  }

  crowdFault() {
    if (this.broken) return "The earlier mask or the picture could not be loaded. Return the task.";
    return this.isWaiting ? "The earlier mask is still loading." : super.crowdFault();
  }
}

export class CrowdInstanceSegmentation extends PaintTool {
  static things = ["thing", "things"];
  static palette = "Label of the thing to paint";
  static keys = [...PaintTool.keys, ["I", "begin the next thing of the same label"], ["N, P", "go on with the next or previous thing"]];
  static brief = `${PaintTool.brief} I begins the next thing of the same label, N goes on with another one.`;

  buildPalette(side) {
    super.buildPalette(side);
    this.adder = make("button", { type: "button", class: "crowd-quiet crowd-wide" }, "Add instance", make("kbd", { "aria-hidden": "true" }, "I"));
    this.adder.addEventListener("click", () => this.fromList(() => this.addInstance()));
    this.palette.append(this.adder);
  }

  colour(label) {
    return this.layers.findLast((one) => one.label === label)?.colour ?? colourOf(this.labels.indexOf(label));
  }

  acts(event) {
    return { i: () => this.addInstance(), n: () => this.goOnBy(1), p: () => this.goOnBy(-1), ...super.acts(event) };
  }

  useLabel(label) {
    this.active = this.layers.findLastIndex((one) => one.label === label) + 1;
    super.useLabel(label);
    this.say(this.active ? `Going on with ${this.nameOf(this.active)}.` : `The first ${label}.`);
  }

  addInstance() {
    if (!this.width) return undefined;
    if (this.layers.length >= 255) return this.say("There is no room for more than 255 things.");
    if (this.active && !this.pixels[this.active]) return this.say(`${this.nameOf(this.active)} is not painted yet.`);
    this.layers.push({ label: this.label, colour: this.freshColour() });
    this.active = this.layers.length;
    if (this.mode === "e") this.mode = "b";
    return this.say(`A new one: ${this.nameOf(this.active)}.`);
  }

  // The first thing of a label has the label's colour, the others those that no label has.
  freshColour() {
    const taken = new Set(this.layers.map(({ colour }) => colour));
    const own = colourOf(this.labels.indexOf(this.label));
    return taken.has(own) ? freshColour(taken, this.labels.length) : own;
  }

  goOnBy(by) {
    const painted = this.layers.map((_, number) => number + 1).filter((layer) => this.pixels[layer]);
    if (!painted.length) return this.say("There are no things yet.");
    const at = painted.indexOf(this.active);
    return this.goOn(painted.at(at < 0 && by > 0 ? 0 : (at + by) % painted.length));
  }

  goOn(layer) {
    this.active = layer;
    this.label = this.layers[layer - 1].label;
    this.inputs[this.labels.indexOf(this.label)].checked = true;
    this.say(`Going on with ${this.nameOf(layer)}.`);
  }

  nameOf(layer) {
    const { label } = this.layers[layer - 1];
    return `${label} ${this.layers.slice(0, layer).filter((one) => one.label === label).length}`;
  }

  layerToPaint() {
    if (!this.active) this.addInstance();
    return this.active;
  }

  handColour() {
    return this.active ? this.layers[this.active - 1].colour : this.freshColour();
  }

  listedLayers() {
    return this.layers.map((_, number) => {
      const layer = number + 1;
      const words = `${this.nameOf(layer)}, ${this.pixels[layer] ? this.share(this.pixels[layer]) : "not painted"}`;
      const button = make("button", { type: "button", class: "crowd-box-words", "aria-pressed": String(layer === this.active) }, words);
      button.addEventListener("click", () => this.fromList(() => this.goOn(layer)));
      return this.row(layer, this.nameOf(layer), [button]);
    });
  }

  crowdValue() {
    const instances = this.layers.filter((_, number) => this.pixels[number + 1]).map(({ label, colour }) => ({ color: colour, label }));
    return { [this.name]: { inputImageProperties: this.size, instances, labeledImage: this.png() } };
  }
}

function colourOf(number) {
  if (number < COLOURS.length) return COLOURS[number];
  const turn = (number * 137.508) % 360;
  const channel = (shift) => {
    const at = (shift + turn / 30) % 12;
    return Math.round(255 * (0.45 - 0.36 * Math.max(-1, Math.min(at - 3, 9 - at, 1))));
  };
  return `#${[0, 8, 4].map((shift) => channel(shift).toString(16).padStart(2, "0")).join("")}`;
}

function freshColour(taken, first) {
  let number = first;
  while (taken.has(colourOf(number))) number += 1;
  return colourOf(number);
}
