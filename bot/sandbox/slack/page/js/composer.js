// The box in which a person writes: messages, commands, files, shortcuts. Promise: Enter sends, Shift+Enter makes a new
// line, nothing typed is lost when sending fails or another place is opened.
import { ApiError, explain, post, upload } from "./api.js";
import { Completion } from "./completion.js";
import { avatar, freshId, h, iconButton, replace } from "./dom.js";
import { fileChip } from "./inputs.js";
import { openMenu } from "./popover.js";
import { bot, channelTitle, state } from "./state.js";
import { failed } from "./toasts.js";
import { builtIn } from "./built_in_commands.js";

const drafts = new Map();
let localCount = 0;

export class Composer {
  /** `thread` is a ts or null; `showLocal(message)` shows an answer that only this page knows. */
  constructor({ channel, thread, showLocal }) {
    Object.assign(this, { channel, thread, showLocal });
    this.files = [];
    this.last = Promise.resolve();
    this.key = `${state.user} ${channel} ${thread || ""}`;
    const title = channelTitle(state.channels.get(channel));
    const name = thread ? "Reply…" : `Message ${title}`;
    const listId = freshId("completions");
    this.input = h("textarea", {
      class: "composer-text", rows: "1", placeholder: name, "aria-label": name, "data-testid": thread ? "thread-composer" : "composer", autocomplete: "off",
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": listId, value: drafts.get(this.key) || "",
    });
    this.chips = h("div", { class: "chips", hidden: true });
    this.hint = h("div", { class: "composer-hint", hidden: true, "data-testid": "usage-hint" });
    this.picker = h(
      "input",
      {
        type: "file",
        multiple: true,
        class: "visually-hidden",
        tabindex: "-1",
        "aria-hidden": "true",
        "data-testid": "composer-files",
      },
    );
    this.send = iconButton("send", "Send", () => this.submit(), { class: "icon-button send", "data-testid": "send" });
    this.node = h(
      "form",
      { class: "composer", onsubmit: (event) => event.preventDefault() },
      this.chips,
      this.input,
      this.toolbar(),
      this.picker,
    );
    this.node.prepend(this.hint);
    this.completion = new Completion(
      this.input,
      {
        listId,
        commands: () => this.commands(),
        shortcuts: () => this.globalShortcuts(),
        inThread: Boolean(thread),
        changed: () => this.changed(),
      },
    );
    this.input.addEventListener("input", () => this.changed());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.picker.addEventListener("change", () => {
      const files = [...this.picker.files];
      this.picker.value = "";
      this.attach(files);
    });
    this.node.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length) this.attach([...event.clipboardData.files]);
    });
    this.node.addEventListener("dragover", (event) => event.preventDefault());
    this.node.addEventListener("drop", (event) => {
      event.preventDefault();
      this.attach([...event.dataTransfer.files]);
    });
    this.changed();
  }

  toolbar() {
    const plus = iconButton("plus", "Attach files", () => this.picker.click());
    const at = iconButton("at", "Mention somebody", () => this.type("@"));
    const slash = iconButton("slash", "Run a command", () => this.type("/"));
    const bolt = iconButton(
      "bolt",
      "Shortcuts",
      () => this.shortcuts(bolt),
      { "aria-haspopup": "menu", "data-testid": "shortcuts" },
    );
    return h(
      "div",
      { class: "composer-tools" },
      plus,
      h("span", { class: "rich-gap" }),
      at,
      this.thread ? null : slash,
      bolt,
      h("span", { class: "grow" }),
      this.send,
    );
  }

  commands() {
    return [...state.app.commands.map((c) => ({ ...c, byApp: true })), ...builtIn()];
  }

  type(sign) {
    const { input } = this;
    if (sign === "/") input.value = input.value.startsWith("/") ? input.value : `/${input.value}`;
    else input.setRangeText(
      input.value && !/\s$/.test(input.value.slice(0, input.selectionStart)) ? ` ${sign}` : sign,
      input.selectionStart,
      input.selectionEnd,
      "end",
    );
    input.focus();
    if (sign === "/") input.setSelectionRange(1, 1);
    this.changed();
    this.completion.look();
  }

  globalShortcuts() {
    return state.app.shortcuts.filter((s) => s.type === "global").map((s) => ({
      ...s,
      run: () => post("shortcut", { user: state.user, callback_id: s.callback_id }).catch(failed),
    }));
  }

  shortcuts(anchor) {
    const items = this.globalShortcuts().map((s) => ({
      label: s.name, hint: s.description, lead: avatar(bot() || { is_bot: true }, "s"), testid: `shortcut-${s.callback_id}`,
      run: s.run,
    }));
    if (!items.length) items.push({ label: `${state.app.name} has no shortcuts here`, run: () => {} });
    openMenu(anchor, [{ heading: "Shortcuts" }, ...items], { label: "Shortcuts", side: "above" });
  }

  focus() {
    this.input.focus();
    this.input.setSelectionRange(this.input.value.length, this.input.value.length);
  }

  keepDraft() {
    if (this.input.value) drafts.set(this.key, this.input.value);
    else drafts.delete(this.key);
    this.completion.close();
  }

  changed() {
    const { input } = this;
    input.style.height = "auto";
    if (input.isConnected) input.style.height = `${Math.min(input.scrollHeight, 220)}px`;
    this.send.disabled = !input.value.trim() && !this.files.length;
    const typed = /^(\/[^\s]+)\s/.exec(input.value);
    const command = typed && this.commands().find((c) => c.command === typed[1]);
    this.hint.hidden = !command;
    if (command) {
      replace(
        this.hint,
        h("strong", null, command.command),
        ` ${command.usage_hint || ""}`,
        command.description ? h("span", { class: "menu-hint" }, command.description) : "",
      );
    }
  }

  onKey(event) {
    if (event.isComposing || this.completion.onKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    }
  }

  async attach(files) {
    if (!files.length) return;
    try {
      this.files.push(...(await upload(state.user, files)));
    } catch (error) {
      failed(error);
    }
    this.showFiles();
    this.input.focus();
  }

  showFiles() {
    this.chips.hidden = !this.files.length;
    replace(this.chips, ...this.files.map((file) => fileChip(file, () => {
      this.files = this.files.filter((f) => f.id !== file.id);
      this.showFiles();
    })));
    this.changed();
  }

  clear() {
    this.input.value = "";
    this.files = [];
    drafts.delete(this.key);
    this.showFiles();
  }

  async submit() {
    const text = this.input.value.trim();
    this.completion.close();
    if (!text && !this.files.length) return;
    const { files } = this;
    const isCommand = /^\/[^\s/]/.test(text) && !files.length;
    this.clear();
    try {
      if (isCommand) await this.run(text);
      else await this.post(text, files);
    } catch (error) {
      if (!isCommand) {
        this.input.value = [text, this.input.value].filter(Boolean).join("\n");
        this.files = [...files, ...this.files];
        this.showFiles();
      }
      failed(error);
    }
  }

  async post(text, files) {
    const body = { user: state.user, channel: this.channel, text: withMentions(text) };
    if (this.thread) body.thread_ts = this.thread;
    if (files.length) body.file_ids = files.map((f) => f.id);
    // One after the other, so that two quick messages keep their order; a command never waits for them.
    const sent = this.last.then(() => post("message", body));
    this.last = sent.catch(() => {});
    await sent;
  }

  async run(text) {
    const [, command, rest] = /^(\/[^\s]+)\s*([\s\S]*)$/.exec(text);
    const own = builtIn().find((c) => c.command === command);
    if (own) {
      const words = await own.run(rest, this.channel);
      if (words) this.say(words);
      return;
    }
    if (this.thread) {
      this.say(`${command} cannot be used in threads. Use it in the message box of the channel.`);
      return;
    }
    try {
      const answer = await post("command", { user: state.user, channel: this.channel, command, text: rest });
      if (answer.ephemeral) this.showLocal(answer.ephemeral);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === "no_such_command") this.say(`${command} is not a valid command. To send a message that begins with a slash, put a space before it.`);
      else this.say(`${command} failed with the error "${error.code}". ${explain(error.code) || error.message}`.trim());
    }
  }

  /** A message from Slack itself that only this page shows. */
  say(text) {
    localCount += 1;
    const ts = (Date.now() / 1000).toFixed(6);
    const message = {
      ts, ephemeral_id: `local-${localCount}`, local: true, for: state.user, user: "USLACKBOT", username: "Slackbot",
      channel: this.channel, thread_ts: this.thread, text: escape(text),
    };
    state.locals.push(message);
    this.showLocal(message);
  }
}

const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** "@Lin" becomes the mention that Slack stores; the longest name wins. */
export function withMentions(text) {
  const names = [...state.people.values()]
    .flatMap((p) => [
      p.real_name,
      p.name,
      p.id === state.app.bot_user_id ? state.app.name : null,
    ].filter(Boolean).map((n) => [n, p.id]))
    .sort((a, b) => b[0].length - a[0].length);
  return text.replace(/(^|[\s(])@([^\n]*)/g, function swap(all, before, rest) {
    const found = names.find(([n]) => rest.toLowerCase().startsWith(n.toLowerCase()) && !/[\p{L}\p{N}]/u.test(rest[n.length] || ""));
    const tail = found ? rest.slice(found[0].length) : rest;
    const more = tail.replace(/(^|[\s(])@([^\n]*)/g, swap);
    return found ? `${before}<@${found[1]}>${more}` : `${before}@${more}`;
  });
}
