// The regions of a task: the short instructions stay beside the object, the full ones open over the page.

import { CrowdElement, freshId, make } from "./element.js";

// Takes the regions out of a widget and lays it out: instructions | header and stage | side (choices, list).
export function layOut(widget) {
  const brief = widget.querySelector(":scope > short-instructions");
  const full = widget.querySelector(":scope > full-instructions");
  const comment = widget.querySelector(":scope > worker-comment");
  const rest = [...widget.childNodes].filter((node) => ![brief, full, comment].includes(node));
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
  return { stage, side, rest, comment, headingId };
}

// The instructions of a form without a widget: they stay beside its fields.
export function instructForm(form) {
  const brief = form.querySelector(":scope > short-instructions");
  const full = form.querySelector(":scope > full-instructions");
  const panel = instructionsPanel(brief, full);
  if (!panel) return;
  const fields = make("div", { class: "crowd-fields" }, ...[...form.childNodes].filter((node) => node !== brief && node !== full));
  form.replaceChildren(make("div", { class: "crowd-frame crowd-frame-fields" }, panel, fields));
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

// A worker's remark: a link below the choices opens a field. Gives the element to show; its value is the remark.
export function commentField(region) {
  const id = freshId("crowd-remark");
  const field = make("textarea", { id, rows: "4", placeholder: region.getAttribute("placeholder") ?? "" });
  const words = region.getAttribute("header") ?? "Add a comment";
  const asked = region.textContent.trim() ? [...region.childNodes] : [words];
  const dialog = overlay(words, [make("label", { for: id, class: "crowd-asked" }, ...asked), field]);
  const open = make("button", { type: "button", class: "crowd-link" }, region.getAttribute("link-text") ?? "Add a comment");
  const shown = make("p", { class: "crowd-hint", hidden: true });
  open.addEventListener("click", () => dialog.showModal());
  dialog.addEventListener("close", () => {
    shown.textContent = field.value.trim() ? `Your comment: ${field.value.trim()}` : "";
    shown.hidden = !field.value.trim();
  });
  const holder = make("div", { class: "crowd-comment" }, open, shown, dialog);
  Object.defineProperty(holder, "value", { get: () => field.value.trim() });
  return holder;
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
