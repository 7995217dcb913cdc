// The middle: one channel or direct message, its header, its messages and its composer. Promise: shows what is there,
// loads older messages on the way up, marks what was seen as read.
import { get, post } from "./api.js";
import { Composer } from "./composer.js";
import { showDetails } from "./details.js";
import { avatar, h, icon, iconButton, replace } from "./dom.js";
import { MessageList } from "./message_list.js";
import { emit, isBot, person, personName, privateMessages, state, takeChannel } from "./state.js";
import { failed } from "./toasts.js";

const PAGE = 60;

export class ChannelPane {
  /** `openThread(ts)` opens the right side. `withHeader` is false inside the app's Messages tab. */
  constructor(root, { openThread, withHeader = true, openDrawer }) {
    Object.assign(this, { root, openThread, withHeader, openDrawer });
    this.channel = null;
    this.list = null;
    this.composer = null;
  }

  close() {
    if (this.composer) this.composer.keepDraft();
    this.channel = null;
  }

  async open(channelId) {
    this.close();
    const channel = state.channels.get(channelId);
    this.channel = channelId;
    this.hasMore = false;
    const unread = channel?.unread || 0;
    this.header = h("header", { class: "pane-head" });
    this.scroller = h("div", { class: "scroller", "aria-busy": "true" });
    this.older = h(
      "button",
      { type: "button", class: "link-button older", hidden: true, onclick: () => this.loadOlder() },
      "Load earlier messages",
    );
    this.footer = h("div", { class: "pane-foot" });
    const frame = h("div", { class: "scroll-frame" }, this.scroller);
    replace(this.root, ...(this.withHeader ? [this.header] : []), frame, this.footer);
    this.list = new MessageList(this.scroller, { where: "channel", openThread: this.openThread, label: "Messages" });
    this.scroller.prepend(this.older);
    this.scroller.addEventListener("scroll", () => {
      if (this.scroller.scrollTop < 80 && this.hasMore && !this.loading) this.loadOlder();
    });
    this.drawHeader();
    this.drawFooter();
    await this.load(channelId, unread);
  }

  async load(channelId, unread = 0) {
    const { list } = this;
    list.hold();
    try {
      const answer = await get("history", { user: state.user, channel: channelId, limit: PAGE });
      if (this.list !== list) return;
      this.hasMore = answer.has_more;
      if (unread && answer.messages.length > unread) this.list.newFrom = answer.messages[answer.messages.length - unread - 1].ts;
      list.setAll([...answer.messages, ...privateMessages(answer.ephemerals, channelId, null)], this.empty());
    } catch (error) {
      failed(error);
    }
    list.release();
    this.markRead();
    this.scroller.removeAttribute("aria-busy");
    this.older.hidden = !this.hasMore;
  }

  empty() {
    const channel = state.channels.get(this.channel);
    let name = "";
    if (channel?.is_im) name = `your messages with ${isBot(channel.user) ? state.app.name : personName(channel.user)}`;
    else if (channel) name = `#${channel.name}`;
    return h("div", { class: "empty" }, h("h3", null, "Nothing here yet"), h("p", null, `This is the beginning of ${name}.`));
  }

  async loadOlder() {
    const first = this.list.order.find((v) => !v.message.ephemeral_id && !v.message.local);
    if (!first) return;
    this.loading = true;
    try {
      const answer = await get("history", { user: state.user, channel: this.channel, before: first.message.ts, limit: PAGE });
      this.hasMore = answer.has_more;
      this.list.addOlder(answer.messages);
    } catch (error) {
      failed(error);
    }
    this.older.hidden = !this.hasMore;
    this.loading = false;
  }

  markRead() {
    const channel = state.channels.get(this.channel);
    const seen = this.list.order.filter((v) => !v.message.ephemeral_id && !v.message.local);
    if (!channel || !channel.is_member || !seen.length || document.hidden) return;
    const ts = seen[seen.length - 1].message.ts;
    if (channel.unread) takeChannel({ id: channel.id, unread: 0 });
    if (this.readTs === `${channel.id}${ts}`) return;
    this.readTs = `${channel.id}${ts}`;
    post("read", { user: state.user, channel: channel.id, ts }).catch(() => {});
  }

  /** An event about this channel's root messages. */
  upsert(message) {
    if (!this.list) return;
    this.list.upsert(message);
    if (!this.list.held) this.markRead();
  }

  drawHeader() {
    const channel = state.channels.get(this.channel);
    const menu = iconButton(
      "menu",
      "Show channels",
      this.openDrawer,
      { class: "icon-button only-narrow", "data-testid": "open-sidebar" },
    );
    if (!channel) {
      replace(this.header, menu, h("h2", null, "Unknown channel"));
      return;
    }
    const other = channel.is_im ? person(channel.user) : null;
    const details = () => showDetails(channel.id);
    const title = h("button", { type: "button", class: "pane-title", onclick: details, "data-testid": "channel-title" },
      other ? avatar(other, "s") : icon(channel.is_private ? "lock" : "hash", 17),
      h("h2", null, other ? personName(other.id) : channel.name), channel.is_im ? null : icon("down", 14));
    const members = channel.members && !channel.is_im ? h("button", {
      type: "button",
      class: "button small members",
      onclick: details,
      "aria-label": `${channel.members.length} members, show them`,
    },
      h(
        "span",
        { class: "faces", "aria-hidden": "true" },
        channel.members.slice(0, 3).map((id) => avatar(person(id) || { name: id }, "xs")),
      ), String(channel.members.length)) : null;
    replace(
      this.header,
      menu,
      title,
      h("span", { class: "pane-topic" }, channel.topic || (other ? other.title : "") || ""),
      members || (channel.is_im ? "" : iconButton("people", "Channel details", details)),
    );
  }

  drawFooter() {
    const channel = state.channels.get(this.channel);
    if (channel && !channel.is_member && !channel.is_im) {
      this.composer = null;
      replace(this.footer, h("div", { class: "join-bar" }, h(
        "span",
        null,
        "You are looking at ",
        h("strong", null, `#${channel.name}`),
      ),
        h(
          "button",
          { type: "button", class: "button primary", "data-testid": "join", onclick: () => this.join(channel.id) },
          "Join channel",
        )));
      return;
    }
    if (channel && channel.is_im && isBot(channel.user) && state.app.messages_tab_read_only) {
      replace(this.footer, h("div", { class: "join-bar" }, "Sending messages to this app has been turned off."));
      return;
    }
    if (this.composer && this.footer.contains(this.composer.node)) return;
    this.composer = new Composer({ channel: this.channel, thread: null, showLocal: (m) => this.upsert(m) });
    replace(this.footer, this.composer.node);
  }

  async join(channelId) {
    try {
      await post("join", { user: state.user, channel: channelId });
      takeChannel({ id: channelId, is_member: true });
      emit("place");
      this.composer?.focus();
    } catch (error) {
      failed(error);
    }
  }

  /** The channel's name, members or membership changed. */
  refresh() {
    if (!this.channel) return;
    this.drawHeader();
    this.drawFooter();
  }
}
