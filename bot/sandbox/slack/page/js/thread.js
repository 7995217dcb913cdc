// The right side: one thread with its root, its replies and its own composer. Promise: closes with Escape or its cross
// and gives focus back to the message it belongs to.
import { get } from "./api.js";
import { Composer } from "./composer.js";
import { h, iconButton } from "./dom.js";
import { MessageList } from "./message_list.js";
import { channelTitle, privateMessages, state } from "./state.js";
import { failed } from "./toasts.js";

export class ThreadPane {
  constructor(root, { onClose }) {
    Object.assign(this, { root, onClose });
    this.ts = null;
    this.channel = null;
    root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) onClose();
    });
  }

  close() {
    if (this.composer) this.composer.keepDraft();
    this.ts = null;
    this.composer = null;
    this.root.hidden = true;
    this.root.replaceChildren();
  }

  async open(channelId, ts, { focus = true } = {}) {
    if (this.ts === ts && this.channel === channelId) return;
    if (this.composer) this.composer.keepDraft();
    this.ts = ts;
    this.channel = channelId;
    const scroller = h("div", { class: "scroller" });
    this.composer = new Composer({ channel: channelId, thread: ts, showLocal: (m) => this.upsert(m) });
    const title = channelTitle(state.channels.get(channelId));
    this.root.replaceChildren(
      h("header", { class: "pane-head" }, h("h2", null, "Thread"), h("span", { class: "pane-topic" }, title),
        iconButton("close", "Close thread", this.onClose, { "data-testid": "close-thread" })),
      h("div", { class: "scroll-frame" }, scroller), h("div", { class: "pane-foot" }, this.composer.node));
    this.list = new MessageList(scroller, { where: "thread", openThread: () => this.composer.focus(), label: "Thread" });
    this.root.hidden = false;
    await this.load();
    if (focus && this.ts === ts) this.composer.focus();
  }

  async load() {
    const { ts, channel, list } = this;
    list.hold();
    try {
      const answer = await get("thread", { user: state.user, channel, ts });
      if (this.list !== list) return;
      list.setAll([...answer.messages, ...privateMessages(answer.ephemerals, channel, ts)]);
    } catch (error) {
      if (this.list === list) failed(error);
    }
    list.release();
  }

  /** Whether a message belongs here. */
  holds(message) {
    return this.ts !== null && message.channel === this.channel && (message.thread_ts === this.ts || message.ts === this.ts);
  }

  upsert(message) {
    if (this.list) this.list.upsert(message, { quiet: message.ts === this.ts });
  }
}
