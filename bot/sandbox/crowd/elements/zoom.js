// Zoom of a picture: its frame stays as large as it was, the picture grows in it and is scrolled.

const STEPS = [1, 1.5, 2, 3, 4, 6, 8];
const EDGE = 40; // pixels of the screen that a followed place keeps from the frame

export class Zoom {
  constructor(holder, image) {
    this.holder = holder;
    this.image = image;
    this.factor = 1;
  }

  get words() {
    return `${Math.round(this.factor * 100)} %`;
  }

  // One step closer (1) or away (-1), or the whole picture (0); what was in the middle stays there.
  by(step) {
    const { holder, image } = this;
    const place = step === 0 ? 0 : clamp(STEPS.indexOf(this.factor) + step, 0, STEPS.length - 1);
    const middle = { x: (holder.scrollLeft + holder.clientWidth / 2) / holder.scrollWidth, y: (holder.scrollTop + holder.clientHeight / 2) / holder.scrollHeight };
    if (this.factor === 1) this.fit = { width: image.clientWidth, height: image.clientHeight };
    this.factor = STEPS[place];
    const isWhole = this.factor === 1;
    holder.classList.toggle("crowd-zoomed", !isWhole);
    holder.style.width = isWhole ? "" : `${this.fit.width}px`;
    holder.style.height = isWhole ? "" : `${this.fit.height}px`;
    image.style.width = isWhole ? "" : `${this.fit.width * this.factor}px`;
    holder.scrollTo(middle.x * holder.scrollWidth - holder.clientWidth / 2, middle.y * holder.scrollHeight - holder.clientHeight / 2);
  }

  // Keeps a place (shares of width and height) in sight.
  follow(right, down) {
    if (this.factor === 1) return;
    const { holder } = this;
    const near = (value, from, length) => clamp(from, value - length + EDGE, value - EDGE);
    holder.scrollTo(near(right * holder.scrollWidth, holder.scrollLeft, holder.clientWidth), near(down * holder.scrollHeight, holder.scrollTop, holder.clientHeight));
  }
}

export function clamp(value, least, most) {
  return Math.min(Math.max(value, least), most);
}
