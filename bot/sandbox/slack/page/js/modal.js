// Modals: the stack of views of the person at this page. Promise: typed values survive views.update and going back;
// errors stand at their fields; a submit that nobody answered leaves everything as it was, with words.
import { post } from "./api.js";
import { showDialog, tabStops } from "./confirm.js";
import { appPicture, h, icon, iconButton, replace } from "./dom.js";
import { plain } from "./mrkdwn.js";
import { state } from "./state.js";
import { Surface } from "./surface.js";
import { failed, toast } from "./toasts.js";

const TROUBLE = new Set(["operation_timeout", "dispatch_failed", "unreachable", "unreadable", "timeout"]);

export class Modal {
  constructor() {
    this.stack = [];
    this.surfaces = new Map();
    this.dialog = null;
    this.finish = null;
    this.busy = false;
    this.events = 0;
  }

  /** The stream's word on the stack: newer than any answer that is still on its way. */
  hear(stack) {
    this.events += 1;
    this.show(stack);
  }

  /** Shows the stack as it is now; an empty one closes the dialog. */
  show(stack) {
    const views = stack || [];
    const top = views[views.length - 1] || null;
    const before = this.top;
    this.stack = views;
    for (const id of [...this.surfaces.keys()]) if (!views.some((v) => v.id === id)) this.surfaces.delete(id);
    if (!top) {
      this.shut();
      return;
    }
    if (!this.dialog) this.open();
    const same = before && before.id === top.id;
    this.drawFrame(top, same);
    this.drawBody(top, same && before.blocks.length === top.blocks.length);
  }

  get top() {
    return this.stack[this.stack.length - 1] || null;
  }

  open() {
    this.head = h("header", { class: "dialog-head" });
    this.body = h("div", { class: "dialog-body" });
    this.foot = h("footer", { class: "dialog-foot" });
    this.trouble = h("div", { class: "trouble", role: "alert", hidden: true, "data-testid": "modal-trouble" });
    this.form = h("form", { class: "dialog-form", novalidate: true, onsubmit: (event) => {
      event.preventDefault();
      this.submit();
    } }, this.head, this.body, this.trouble, this.foot);
    this.dialog = h("dialog", { class: "dialog modal", "data-testid": "modal", "aria-labelledby": "modal-title" }, this.form);
    this.finish = showDialog(this.dialog, () => this.close(false));
  }

  shut() {
    if (!this.dialog) return;
    this.finish();
    this.dialog = null;
    this.current = null;
    this.busy = false;
  }

  drawFrame(view, same) {
    const deep = this.stack.length > 1;
    const title = h("h2", { id: "modal-title", tabindex: "-1" }, plain(view.title));
    replace(this.head,
      deep ? iconButton("left", "Back", () => this.close(false), { "data-testid": "modal-back" }) : h(
        "span",
        { class: "avatar avatar-s avatar-app", "aria-hidden": "true" },
        appPicture(),
      ),
      title, iconButton("close", "Close", () => this.close(true), { "data-testid": "modal-x" }));
    this.submitButton = view.submit ? h(
      "button",
      { type: "submit", class: "button primary", "data-testid": "modal-submit" },
      plain(view.submit),
    ) : null;
    const words = plain(view.close) || (view.submit ? "Cancel" : "Close");
    replace(this.foot, h("span", { class: "foot-note" }, state.app.name),
      h(
        "button",
        {
          type: "button",
          class: "button",
          "data-testid": "modal-close",
          onclick: () => this.close(Boolean(view.clear_on_close)),
        },
        words,
      ));
    if (this.submitButton) this.foot.append(this.submitButton);
    this.dialog.dataset.viewId = view.id;
    if (!same) this.sayTrouble(null);
    if (this.busy) this.setBusy(true);
  }

  drawBody(view, quiet) {
    let surface = this.surfaces.get(view.id);
    if (!surface) {
      surface = new Surface(
        h("div"),
        { kind: "modal", container: { type: "view", view_id: view.id }, kept: view.state && view.state.values },
      );
      this.surfaces.set(view.id, surface);
    }
    const moved = this.current !== surface;
    this.current = surface;
    const held = this.dialog.contains(document.activeElement) && document.activeElement !== document.body && document.activeElement !== this.dialog;
    surface.render(view.blocks);
    if (moved) {
      replace(this.body, surface.root);
      this.body.scrollTop = 0;
    }
    const lost = !this.dialog.contains(document.activeElement) || document.activeElement === this.dialog || document.activeElement === document.body;
    if (moved || lost || (!quiet && !held)) this.focusFirst();
  }

  focusFirst() {
    const wanted = this.body.querySelector("[data-autofocus]");
    const field = this.body.querySelector(".field input:not([type=hidden]), .field textarea, .field [contenteditable]");
    const target = wanted || field || tabStops(this.body)[0] || this.submitButton || this.head.querySelector("h2");
    target.focus();
  }

  setBusy(busy) {
    this.busy = busy;
    if (!this.submitButton) return;
    this.submitButton.disabled = busy;
    this.submitButton.classList.toggle("working", busy);
    if (busy) this.submitButton.setAttribute("aria-busy", "true");
    else this.submitButton.removeAttribute("aria-busy");
  }

  sayTrouble(words) {
    if (!this.trouble) return;
    this.trouble.hidden = !words;
    replace(this.trouble, ...(words ? [icon("warn"), h("span", null, words)] : []));
  }

  async submit() {
    const view = this.top;
    const surface = this.current;
    if (!view || !view.submit || this.busy) return;
    this.sayTrouble(null);
    const missing = surface.check();
    surface.showErrors(missing);
    if (Object.keys(missing).length) return;
    this.setBusy(true);
    const { events } = this;
    try {
      const answer = await post("view_submit", { user: state.user, view_id: view.id, state: { values: surface.values() } });
      this.setBusy(false);
      if (answer.response_action === "errors") {
        const homeless = surface.showErrors(answer.errors || {});
        if (homeless.length) this.sayTrouble(homeless.join(" "));
      } else if (answer.view_stack && events === this.events) this.show(answer.view_stack);
    } catch (error) {
      this.setBusy(false);
      if (!this.dialog) failed(error);
      else if (TROUBLE.has(error.code)) this.sayTrouble("We had some trouble connecting. Your answers are still here. What you sent may have arrived; look before you send it again.");
      else this.sayTrouble(error.message);
    }
  }

  /** One view back, or the whole stack. */
  async close(all) {
    const view = this.top;
    if (!view) return;
    const { events } = this;
    try {
      const answer = await post("view_close", { user: state.user, view_id: view.id, clear: all });
      if (events === this.events) this.show(answer.view_stack || []);
    } catch (error) {
      // A person must always get out of a modal, whatever the app does.
      this.show(all ? [] : this.stack.slice(0, -1));
      if (!/not_found/.test(error.code)) toast(error.message, "error");
    }
  }
}
