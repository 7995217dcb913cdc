// The regions of a task: the short instructions stay beside the object, the full ones open over the page.

import { CrowdElement, freshId, make } from "./element.js";

// Takes the regions out of a widget and lays it out: instructions | header and stage | side (choices, list).
export function layOut(widget) {
  const brief = widget.querySelector(":scope > short-instructions");
  const full = widget.querySelector(":scope > full-instructions");
  const rest = [...widget.childNodes].filter((node) => node !== brief && node !== full);
  const stage = make("div", { class: "crowd-stage" });
  const side = make("div", { class: "crowd-side" });
  const headingId = freshId("crowd-heading");
  const heading = make("h2", { class: "crowd-heading", id: headingId }, widget.getAttribute("header") ?? "");
  const middle = make("section", { class: "crowd-middle", "aria-labelledby": headingId }, heading, stage);
  const frame = make("div", { class: "crowd-frame" });
  const panel = instructionsPanel(brief, full);
  if (panel) frame.append(panel);
  else frame.classList.add("crowd-frame-wide");
  frame.append(middle, side);
  widget.replaceChildren(frame);
  return { stage, side, rest, headingId };
}

const isEmpty = (region) => region.textContent.trim() === "" && !region.querySelector("img, video, audio");

function instructionsPanel(foundBrief, foundFull) {
  const brief = foundBrief && !isEmpty(foundBrief) ? foundBrief : null;
  const full = foundFull && !isEmpty(foundFull) ? foundFull : null;
  if (!brief && !full) return null;
  const panel = make("aside", { class: "crowd-short", "aria-label": "Instructions" }, make("h2", {}, "Instructions"));
  if (brief) panel.append(brief);
  if (full) {
    const dialog = overlay(full.getAttribute("header") ?? "Full instructions", [full]);
    const open = make("button", { type: "button", class: "crowd-link" }, "View full instructions");
    open.addEventListener("click", () => dialog.showModal());
    panel.append(open, dialog);
  }
  return panel;
}

export function overlay(title, content) {
  const headingId = freshId("crowd-dialog");
  const close = make("button", { type: "button", class: "crowd-quiet" }, "Close");
  const top = make("header", {}, make("h2", { id: headingId }, title), close);
  const dialog = make("dialog", { class: "crowd-dialog", "aria-labelledby": headingId }, top, ...content);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  return dialog;
}

// The instructions of a page of one's own: a button that opens short-summary, examples and details.
export class CrowdInstructions extends CrowdElement {
  build() {
    const words = this.getAttribute("link-text") ?? "View instructions";
    const dialog = overlay("Instructions", [...this.childNodes]);
    const open = make("button", { type: "button", class: this.getAttribute("link-type") === "button" ? "" : "crowd-link" }, words);
    open.addEventListener("click", () => dialog.showModal());
    this.replaceChildren(open, dialog);
  }
}
