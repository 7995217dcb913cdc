// One message: who, when, what, its files, reactions, thread count, and the menu over it. Promise: an update changes
// only what is different; the same node stays, so focus and reading position stay.
import { post, fileUrl } from "./api.js";
import { avatar, h, icon, iconButton, link, replace } from "./dom.js";
import { emoji, QUICK } from "./emoji.js";
import { mrkdwn, textObject } from "./mrkdwn.js";
import { openMenu, openPopover, closePopover } from "./popover.js";
import { author, isBot, person, personName, state } from "./state.js";
import { Surface } from "./surface.js";
import { ago, clock, fromTs, full, nearAt, ticking, write } from "./times.js";
import { failed } from "./toasts.js";

/** What identifies a message within a list. */
export const messageKey = (message) => message.ephemeral_id || message.ts;

export class MessageView {
  /** `where` "channel" or "thread"; `openThread(ts)`, `dismiss(message)`. */
  constructor(message, { where, openThread, dismiss }) {
    Object.assign(this, { where, openThread, dismiss });
    this.gutter = h("div", { class: "msg-gutter" });
    this.head = h("div", { class: "msg-head" });
    this.notes = h("div", { class: "msg-notes" });
    this.body = h("div", { class: "msg-body" });
    this.foot = h("div", { class: "msg-foot" });
    this.tools = h("div", { class: "msg-tools", role: "toolbar", "aria-label": "Message actions" });
    this.node = h(
      "article",
      { class: "msg", tabindex: "-1" },
      this.gutter,
      h("div", { class: "msg-main" }, this.notes, this.head, this.body, this.foot),
      this.tools,
    );
    this.surface = null;
    this.shown = {};
    this.update(message);
  }

  update(message) {
    this.message = message;
    const who = author(message);
    const when = fromTs(message.ts);
    this.node.dataset.testid = `message-${message.ts}`;
    this.node.dataset.ts = message.ts;
    if (message.ephemeral_id) this.node.dataset.ephemeral = message.ephemeral_id;
    this.node.classList.toggle("msg-ephemeral", Boolean(message.ephemeral_id || message.local));
    this.node.classList.toggle("msg-system", /^channel_|^group_/.test(message.subtype || ""));
    this.node.classList.toggle("msg-tombstone", message.subtype === "tombstone");
    this.node.setAttribute("aria-label", `${who.real_name || who.name}, ${clock(when)}: ${spoken(message)}`);
    this.part("head", [message.user, message.bot_id, message.ts], () => this.drawHead(who, when));
    this.part("notes", [message.ephemeral_id, message.local, message.subtype], () => this.drawNotes(message));
    this.drawBody(message);
    this.part(
      "foot",
      [message.files, message.reactions, message.reply_count, message.latest_reply, message.local],
      () => this.drawFoot(message),
    );
    if (!this.tools.childNodes.length) this.drawTools();
  }

  part(name, given, draw) {
    const json = JSON.stringify(given);
    if (this.shown[name] === json) return;
    this.shown[name] = json;
    draw();
  }

  drawHead(who, when) {
    const time = () => h("time", { class: "msg-time", datetime: when.toISOString(), title: full(when) }, clock(when));
    replace(this.gutter, avatar(who, "l"), h("span", { class: "msg-gutter-time", "aria-hidden": "true" }, time()));
    replace(this.head, h("span", { class: "msg-name" }, who.real_name || who.name),
      who.is_bot ? h("span", { class: "app-badge" }, "APP") : null, " ", time());
  }

  drawNotes(message) {
    const notes = [];
    if (message.ephemeral_id || message.local) notes.push(h("span", null, icon("eye", 13), " Only visible to you"));
    if (message.subtype === "thread_broadcast") {
      notes.push(this.where === "thread" ? h("span", null, "Also sent to the channel")
        : h(
          "button",
          { type: "button", class: "link-button", onclick: () => this.openThread(this.message.thread_ts) },
          "replied to a thread",
        ));
    }
    replace(this.notes, ...notes);
    this.notes.hidden = notes.length === 0;
  }

  drawBody(message) {
    const blocks = [...(message.blocks || []), ...(message.attachments || []).flatMap(attachmentBlocks)];
    if (blocks.length) {
      if (!this.surface) {
        const root = h("div");
        replace(this.body, root);
        const container = message.ephemeral_id ? { type: "ephemeral", ephemeral_id: message.ephemeral_id }
          : { type: "message", channel: message.channel || state.place.channel, ts: message.ts };
        this.surface = new Surface(root, { kind: "message", container });
        this.shown.text = null;
      }
      this.surface.render(blocks);
    } else {
      this.surface = null;
      this.part("text", message.text || "", () => replace(this.body, message.text ? mrkdwn(message.text) : ""));
    }
    const mark = this.body.querySelector(":scope > .edited");
    if (message.edited && !mark) this.body.append(h(
      "span",
      { class: "edited", title: full(fromTs(message.edited.ts || message.ts)) },
      "(edited)",
    ));
    if (!message.edited && mark) mark.remove();
  }

  drawFoot(message) {
    const parts = [];
    if (message.files && message.files.length) parts.push(h("div", { class: "msg-files" }, message.files.map(fileNode)));
    if (message.reactions && message.reactions.length) {
      parts.push(h("div", { class: "reactions" }, message.reactions.map((r) => reaction(r, message))));
    }
    if (message.reply_count && this.where === "channel") parts.push(this.replies(message));
    if (message.ephemeral_id || message.local) {
      parts.push(h(
        "button",
        { type: "button", class: "link-button quiet", "data-testid": "dismiss", onclick: () => this.dismiss(this.message) },
        "Dismiss message",
      ));
    }
    replace(this.foot, ...parts);
    this.foot.hidden = parts.length === 0;
  }

  replies(message) {
    const faces = (message.reply_users || []).slice(0, 4).map((id) => avatar(person(id) || { is_bot: isBot(id), name: id }, "xs"));
    const last = message.latest_reply ? fromTs(message.latest_reply) : null;
    const count = `${message.reply_count.toLocaleString("en-GB")} ${message.reply_count === 1 ? "reply" : "replies"}`;
    return h("button", {
      type: "button",
      class: "replies",
      "data-testid": `replies-${message.ts}`,
      onclick: () => this.openThread(message.ts),
    },
      h("span", { class: "faces" }, faces), h("span", { class: "replies-count" }, count),
      last ? lastReply(last) : null);
  }

  drawTools() {
    if (this.message.ephemeral_id || this.message.local || this.message.subtype === "tombstone") return;
    const place = { channel: this.message.channel || state.place.channel, ts: this.message.ts };
    const react = iconButton("smile", "Add a reaction", () => reactionPicker(react, place), { tabindex: "-1" });
    const more = iconButton(
      "more",
      "More actions",
      () => this.openTools(more),
      { tabindex: "-1", "aria-haspopup": "menu", "data-testid": "more-actions" },
    );
    const reply = iconButton(
      "reply",
      "Reply in thread",
      () => this.openThread(this.message.thread_ts || this.message.ts),
      { tabindex: "-1", "data-testid": "reply-in-thread" },
    );
    replace(this.tools, react, reply, more);
  }

  openTools(anchor) {
    const place = { channel: this.message.channel || state.place.channel, ts: this.message.ts };
    const shortcuts = state.app.shortcuts.filter((s) => s.type === "message");
    const items = [
      { label: "Reply in thread", run: () => this.openThread(this.message.thread_ts || this.message.ts) },
      {
        label: "Copy text",
        run: () => navigator.clipboard && navigator.clipboard.writeText(spoken(this.message)).catch(() => {}),
      },
    ];
    if (shortcuts.length) items.push({ line: true }, { heading: state.app.name });
    for (const one of shortcuts) {
      items.push({
        label: one.name, hint: one.description, lead: avatar({ is_bot: true }, "s"), testid: `shortcut-${one.callback_id}`,
        run: () => post("shortcut", { user: state.user, callback_id: one.callback_id, ...place }).catch(failed),
      });
    }
    openMenu(anchor, items, { label: "Message actions", align: "end" });
  }
}

/** The message as words: its text, or what its blocks say. */
export function spoken(message) {
  if (message.text) return mrkdwn(message.text).textContent;
  return (message.blocks || []).map((b) => (b.text ? textObject(b.text).textContent : "")).filter(Boolean).join(" ") || "message without text";
}

function attachmentBlocks(attachment) {
  if (attachment.blocks) return attachment.blocks;
  const text = [
    attachment.pretext,
    attachment.title && `*${attachment.title}*`,
    attachment.text,
    attachment.footer,
  ].filter(Boolean).join("\n");
  return text ? [{ type: "section", text: { type: "mrkdwn", text } }] : [];
}

function fileNode(file) {
  const url = new URL(fileUrl(file, state.user), location.href).href;
  const title = file.title || file.name || "file";
  if ((file.mimetype || "").startsWith("image/")) {
    return h("figure", { class: "msg-image" }, h("figcaption", null, link(url, title)),
      h(
        "a",
        { class: "image-frame", href: url, target: "_blank", rel: "noopener noreferrer" },
        h("img", { src: url, alt: file.alt_txt || title, loading: "lazy" }),
      ));
  }
  const size = file.size ? `${Math.max(1, Math.round(file.size / 1000)).toLocaleString("en-GB")} kB` : "";
  return h("div", { class: "file-card" }, icon("file", 22), h("div", null, h("div", { class: "file-name" }, link(url, title)),
    h("div", { class: "file-size" }, [file.pretty_type || file.filetype, size].filter(Boolean).join(" · "))));
}

function reaction(one, message) {
  const mine = (one.users || []).includes(state.user);
  const names = (one.users || []).map(personName).join(", ");
  return h("button", {
    type: "button", class: mine ? "reaction mine" : "reaction", "aria-pressed": String(mine), title: `${names} reacted with :${one.name}:`,
    "aria-label": `${one.name.replace(/_/g, " ")}, ${one.count} ${one.count === 1 ? "reaction" : "reactions"}`,
    onclick: () => addReaction({ channel: message.channel || state.place.channel, ts: message.ts }, one.name),
  }, emoji(one.name) || `:${one.name}:`, h("span", null, String(one.count)));
}

function addReaction(place, name) {
  return post("react", { user: state.user, ...place, name }).catch(failed);
}

function reactionPicker(anchor, place) {
  const row = h("div", { class: "reaction-picker", role: "group", "aria-label": "Reactions" }, QUICK.map((name) => h("button", {
    type: "button", class: "icon-button", title: name.replace(/_/g, " "), "aria-label": name.replace(/_/g, " "),
    onclick: () => {
      closePopover(true);
      addReaction(place, name);
    },
  }, emoji(name))));
  row.addEventListener("keydown", (event) => {
    const stops = [...row.children];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length].focus();
    if (event.key === "Escape") {
      event.stopPropagation();
      closePopover(true);
    }
  });
  openPopover(anchor, row, { align: "end" });
  row.firstElementChild.focus();
}

function lastReply(when) {
  return ticking(h("span", { class: "replies-last", title: full(when) }), (node) => {
    write(node, `last reply ${Date.now() - when < 86400000 ? ago(when) : nearAt(when)}`);
  });
}
