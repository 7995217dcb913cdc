// A column of messages in the order of their time, for a channel or a thread. Promise: day dividers, grouping, one tab
// stop with arrow keys, and it stays at the end when the reader is at the end.
import { h, icon } from "./dom.js";
import { MessageView, messageKey, spoken } from "./message.js";
import { author, isBot, state } from "./state.js";
import { dayKey, dayName, fromTs, ticking, write } from "./times.js";
import { announce } from "./toasts.js";

const GROUP_SECONDS = 300;

export class MessageList {
  /** `scroller` is the element that scrolls; options as for MessageView, plus `dismissed(message)`. */
  constructor(scroller, { where, openThread, label }) {
    Object.assign(this, { scroller, where, openThread });
    this.feed = h("div", { class: "feed", role: "feed", "aria-label": label });
    this.jump = h(
      "button",
      { type: "button", class: "jump", hidden: true, onclick: () => this.toEnd() },
      "New messages",
      icon("down"),
    );
    this.views = new Map();
    this.order = [];
    this.newFrom = null;
    this.focused = null;
    this.held = null;
    this.nothing = null;
    scroller.replaceChildren(this.feed);
    scroller.after(this.jump);
    scroller.addEventListener("scroll", () => {
      // A growing column moves nothing by itself: only a reader who scrolls away leaves the end.
      if (this.atEnd()) this.jump.hidden = true;
    });
    this.feed.addEventListener("focusin", (event) => this.onFocus(event));
    this.feed.addEventListener("pointerover", (event) => this.onHover(event));
    this.feed.addEventListener("keydown", (event) => this.onKey(event));
    this.feed.addEventListener("pointerdown", () => this.holdThePress());
    // Pictures that arrive late, or a composer that grows, must not push the end out of sight.
    this.sizes = new ResizeObserver(() => this.stuck && this.toEnd());
    this.sizes.observe(this.feed);
    this.sizes.observe(scroller);
  }

  /** What comes in while the messages are being read waits for them: an answer must not overwrite later news. */
  hold() {
    this.held ||= [];
  }

  release() {
    const waiting = this.held || [];
    this.held = null;
    for (const act of waiting) act();
  }

  /** A card that is drawn anew between down and up takes its button away, and the press with it. */
  holdThePress() {
    if (this.held) return;
    this.hold();
    const over = new AbortController();
    const end = () => {
      over.abort();
      setTimeout(() => this.release()); // the click comes right after the pointer is up
    };
    for (const name of ["pointerup", "pointercancel"]) addEventListener(name, end, { signal: over.signal });
  }

  /** Replaces everything; `nothing` is shown as long as there are no messages. */
  setAll(messages, nothing = null) {
    this.nothing = nothing;
    this.views.clear();
    this.feed.replaceChildren();
    for (const message of messages) this.put(message);
    this.layout();
    this.toEnd();
  }

  /** Adds older ones without moving what is being read. */
  addOlder(messages) {
    const from = this.scroller.scrollHeight - this.scroller.scrollTop;
    for (const message of messages) this.put(message);
    this.layout();
    this.scroller.scrollTop = this.scroller.scrollHeight - from;
  }

  has(message) {
    return this.views.has(messageKey(message));
  }

  put(message) {
    const found = this.views.get(messageKey(message));
    if (found) found.update({ ...message });
    else {
      this.views.set(messageKey(message), new MessageView(message, {
        where: this.where, openThread: this.openThread, dismiss: (m) => {
          state.dismissed.add(m.ephemeral_id);
          this.take(messageKey(m));
        },
      }));
    }
  }

  /** Adds or changes one; says it aloud when it is new and not one's own. */
  upsert(message, { quiet = false } = {}) {
    if (this.held) {
      this.held.push(() => this.upsert(message, { quiet }));
      return;
    }
    const fresh = !this.has(message);
    const atEnd = this.atEnd();
    this.put(message);
    this.layout();
    const mine = message.user === state.user;
    if (atEnd || (fresh && (mine || message.ephemeral_id))) this.toEnd();
    else if (fresh) this.jump.hidden = false;
    if (fresh && !mine && !quiet) {
      const who = author(message);
      announce(`${who.real_name || who.name}: ${spoken(message)}`);
    }
  }

  /** Changes one that is here. */
  change(message) {
    if (this.held) this.held.push(() => this.change(message));
    else if (this.has(message)) this.upsert(message, { quiet: true });
  }

  take(key) {
    if (this.held) {
      this.held.push(() => this.take(key));
      return;
    }
    const view = this.views.get(key);
    if (!view) return;
    view.node.remove();
    this.views.delete(key);
    this.layout();
  }

  get(key) {
    return this.views.get(key)?.message || null;
  }

  /** Puts nodes in order; dividers between days, the "New" line, and one head per run of one author. */
  layout() {
    const views = [...this.views.values()].sort((a, b) => {
      if (a.message.ts === b.message.ts) return 0;
      return a.message.ts < b.message.ts ? -1 : 1;
    });
    this.order = views;
    const nodes = views.length || !this.nothing ? [] : [this.nothing];
    let last = null;
    views.forEach((view, index) => {
      const date = fromTs(view.message.ts);
      const newDay = !last || dayKey(fromTs(last.ts)) !== dayKey(date);
      if (this.where === "thread" && index === 1) nodes.push(divider("replies", replyWords(views)));
      else if (newDay && this.where === "channel") nodes.push(dayDivider(date));
      const startsNew = this.newFrom && view.message.ts > this.newFrom && (!last || last.ts <= this.newFrom) && last;
      if (startsNew) nodes.push(divider("new", "New"));
      const grouped = last && !newDay && !startsNew && last.user === view.message.user && !last.reply_count
        && Boolean(last.bot_id) === Boolean(view.message.bot_id) && Number(view.message.ts) - Number(last.ts) < GROUP_SECONDS
        && Boolean(last.ephemeral_id) === Boolean(view.message.ephemeral_id) && !view.message.local && !last.local
        && !isBot(view.message.user) && view.message.subtype === last.subtype && !(this.where === "thread" && index === 1);
      view.node.classList.toggle("grouped", Boolean(grouped));
      view.node.setAttribute("aria-posinset", String(index + 1));
      view.node.setAttribute("aria-setsize", String(views.length));
      nodes.push(view.node);
      last = view.message;
    });
    this.arrange(nodes);
    this.roving();
  }

  arrange(nodes) {
    for (const old of [...this.feed.children]) if (!old.classList.contains("msg")) old.remove();
    nodes.forEach((node, index) => {
      if (this.feed.children[index] !== node) this.feed.insertBefore(node, this.feed.children[index] || null);
    });
  }

  roving() {
    if (!this.focused || !this.order.includes(this.focused)) this.focused = this.order[this.order.length - 1] || null;
    for (const view of this.order) view.node.tabIndex = view === this.focused ? 0 : -1;
  }

  viewOf(target) {
    const node = target.closest?.(".msg");
    return this.order.find((v) => v.node === node) || null;
  }

  onFocus(event) {
    const view = this.viewOf(event.target);
    if (!view) return;
    this.focused = view;
    this.roving();
    for (const one of this.order) for (const b of one.tools.children) b.tabIndex = one === view ? 0 : -1;
  }

  onHover(event) {
    const view = this.viewOf(event.target);
    for (const one of this.order) one.node.classList.toggle("hovered", one === view);
  }

  onKey(event) {
    if (!event.target.classList.contains("msg")) return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 1, PageUp: -1 }[event.key];
    const at = this.order.indexOf(this.focused);
    if (step && this.order[at + step]) {
      event.preventDefault();
      this.order[at + step].node.focus();
    } else if (event.key === "Enter" && event.target === event.currentTarget) event.preventDefault();
  }

  atEnd() {
    const s = this.scroller;
    this.stuck = s.scrollHeight - s.scrollTop - s.clientHeight < 60;
    return this.stuck;
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.stuck = true;
    this.jump.hidden = true;
  }
}

function replyWords(views) {
  const count = views.filter((v) => !v.message.ephemeral_id).length - 1;
  return count > 0 ? `${count.toLocaleString("en-GB")} ${count === 1 ? "reply" : "replies"}` : "Only visible to you";
}

function dayDivider(date) {
  return ticking(divider("day", ""), (node) => {
    node.setAttribute("aria-label", dayName(date));
    write(node.firstChild, dayName(date));
  });
}

function divider(kind, words) {
  return h("div", { class: `divider divider-${kind}`, role: "separator", "aria-label": words }, h("span", null, words));
}
