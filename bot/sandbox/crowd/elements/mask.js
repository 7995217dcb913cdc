// A label map: one byte for each pixel of the picture, 0 for nothing, else the number of a layer. Strokes, areas, undo.

const MOST_UNDO = 60;

export class Mask {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.data = new Uint8Array(width * height);
    this.past = [];
    this.future = [];
    this.isOpen = false;
  }

  // ---- one change, from begin to end, is one step of undo

  begin() {
    this.isOpen = true;
    this.earlier = this.data.slice();
    this.edges = { left: this.width, top: this.height, right: 0, bottom: 0 };
  }

  // Gives whether anything has changed since begin.
  end() {
    if (!this.isOpen) return false;
    this.isOpen = false;
    const area = this.edges;
    const [before, after] = [this.cut(this.earlier, area), this.cut(this.data, area)];
    this.earlier = null;
    if (before.every((value, place) => value === after[place])) return false;
    this.past.push({ area, before, after });
    if (this.past.length > MOST_UNDO) this.past.shift();
    this.future = [];
    return true;
  }

  undo() {
    return this.replay(this.past, this.future, "before");
  }

  redo() {
    return this.replay(this.future, this.past, "after");
  }

  replay(from, to, side) {
    const change = from.pop();
    if (!change) return null;
    to.push(change);
    const { left, top, right, bottom } = change.area;
    const width = right - left;
    for (let y = top; y < bottom; y += 1) {
      this.data.set(change[side].subarray((y - top) * width, (y - top + 1) * width), y * this.width + left);
    }
    return change.area;
  }

  cut(data, { left, top, right, bottom }) {
    const width = Math.max(0, right - left);
    const found = new Uint8Array(width * Math.max(0, bottom - top));
    for (let y = top; y < bottom; y += 1) {
      found.set(data.subarray(y * this.width + left, y * this.width + right), (y - top) * width);
    }
    return found;
  }

  // ---- changes

  row(y, from, to, layer) {
    const [left, right] = [Math.max(0, from), Math.min(this.width, to)];
    if (y < 0 || y >= this.height || left >= right) return;
    this.data.fill(layer, y * this.width + left, y * this.width + right);
    const { edges } = this;
    edges.left = Math.min(edges.left, left);
    edges.right = Math.max(edges.right, right);
    edges.top = Math.min(edges.top, y);
    edges.bottom = Math.max(edges.bottom, y + 1);
  }

  // A round dot; every pixel whose middle lies within the radius.
  dot({ x, y }, radius, layer) {
    for (let line = Math.ceil(y - radius - 0.5); line + 0.5 <= y + radius; line += 1) {
      const half = Math.sqrt(Math.max(0, radius ** 2 - (line + 0.5 - y) ** 2));
      this.row(line, Math.ceil(x - half - 0.5), Math.floor(x + half - 0.5) + 1, layer);
    }
  }

  stroke(from, to, radius, layer) {
    const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / Math.max(1, radius / 3)));
    for (let step = 0; step <= steps; step += 1) {
      const share = step / steps;
      this.dot({ x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }, radius, layer);
    }
  }

  // Everything inside an outline; every pixel whose middle lies within it.
  area(points, layer) {
    const lowest = Math.max(0, Math.floor(Math.min(...points.map(({ y }) => y))));
    const highest = Math.min(this.height - 1, Math.ceil(Math.max(...points.map(({ y }) => y))));
    for (let y = lowest; y <= highest; y += 1) {
      const cuts = points
        .map((one, place) => [one, points[(place + 1) % points.length]])
        .filter(([one, other]) => one.y > y + 0.5 !== other.y > y + 0.5)
        .map(([one, other]) => one.x + ((y + 0.5 - one.y) / (other.y - one.y)) * (other.x - one.x))
        .sort((one, other) => one - other);
      for (let pair = 0; pair + 1 < cuts.length; pair += 2) this.row(y, Math.ceil(cuts[pair] - 0.5), Math.floor(cuts[pair + 1] - 0.5) + 1, layer);
    }
  }

  clear(layer) {
    this.data.forEach((value, place) => {
      if (value !== layer) return;
      const y = Math.floor(place / this.width);
      this.row(y, place - y * this.width, place - y * this.width + 1, 0);
    });
  }

  // ---- looking

  // How many pixels each layer has.
  counts() {
    const found = new Uint32Array(256);
    for (const layer of this.data) found[layer] += 1;
    return found;
  }

  // The picture of an area: the layers' colours (as [r, g, b]), see-through where there is nothing.
  image(colours, { left, top, right, bottom } = { left: 0, top: 0, right: this.width, bottom: this.height }) {
    const packed = colours.map(([red, green, blue]) => ((red << 24) | (green << 16) | (blue << 8) | 255) >>> 0);
    const picture = new ImageData(Math.max(1, right - left), Math.max(1, bottom - top));
    const pixels = new DataView(picture.data.buffer);
    let at = 0;
    for (let y = top; y < bottom; y += 1) {
      for (let x = left; x < right; x += 1, at += 4) {
        const layer = this.data[y * this.width + x];
        if (layer) pixels.setUint32(at, packed[layer - 1]);
      }
    }
    return picture;
  }

  // Takes the layers from a picture's pixels (RGBA) by their exact colours.
  take(pixels, colours) {
    const layers = new Map(colours.map(([red, green, blue], place) => [(red << 16) | (green << 8) | blue, place + 1]));
    for (let place = 0; place < this.data.length; place += 1) {
      const at = place * 4;
      this.data[place] = pixels[at + 3] ? (layers.get((pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2]) ?? 0) : 0;
    }
  }
}
