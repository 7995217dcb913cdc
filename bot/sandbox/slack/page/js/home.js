// The app's own place: its Home tab, the messages with it, and what it offers. Promise: the app hears app_home_opened
// each time a tab is opened, as Slack tells it.
import { get, post } from "./api.js";
import { ChannelPane } from "./channel.js";
import { appPicture, h, iconButton, replace } from "./dom.js";
import { imWith, state, takeChannel } from "./state.js";
import { Surface } from "./surface.js";
import { failed } from "./toasts.js";

export class HomePane {
  constructor(root, { openDrawer, openThread, onTab }) {
    Object.assign(this, { root, openDrawer, openThread, onTab });
    this.tab = null;
    this.messages = null;
    this.surface = null;
  }

  close() {
    if (this.messages) this.messages.close();
    this.messages = null;
    this.tab = null;
    this.surface = null;
  }

  async open(tab) {
    const wanted = tab === "home" && !state.app.home_tab ? "messages" : tab;
    if (this.tab === wanted) return;
    this.close();
    this.tab = wanted;
    const body = h("div", { class: "home-body", role: "tabpanel", "aria-label": wanted, tabindex: "-1" });
    replace(this.root, this.header(), this.tabs(), body);
    if (wanted === "about") {
      replace(body, about());
      return;
    }
    // Tell the app first: what it publishes in answer arrives on the stream.
    const told = post("home_opened", { user: state.user, tab: wanted }).catch(failed);
    if (wanted === "home") await this.openHome(body);
    else await this.openMessages(body);
    await told;
  }

  header() {
    return h("header", { class: "pane-head" }, iconButton(
      "menu",
      "Show channels",
      this.openDrawer,
      { class: "icon-button only-narrow", "data-testid": "open-sidebar" },
    ),
      h(
        "span",
        { class: "avatar avatar-s avatar-app" },
        appPicture(),
      ), h("h2", null, state.app.name), h("span", { class: "app-badge" }, "APP"));
  }

  tabs() {
    const names = [
      state.app.home_tab ? ["home", "Home"] : null,
      state.app.messages_tab === false ? null : ["messages", "Messages"],
      ["about", "About"],
    ].filter(Boolean);
    const bar = h("div", {
      class: "tabs",
      role: "tablist",
      "aria-label": state.app.name,
    }, names.map(([id, words]) => h("button", {
      type: "button", role: "tab", class: "tab", "aria-selected": String(this.tab === id), tabindex: this.tab === id ? "0" : "-1",
      "data-testid": `tab-${id}`, onclick: () => this.onTab(id),
    }, words)));
    bar.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const at = names.findIndex(([id]) => id === this.tab);
      this.onTab(names[(at + step + names.length) % names.length][0]);
      this.root.querySelector("[role=tab][aria-selected=true]")?.focus();
    });
    return bar;
  }

  async openHome(body) {
    const column = h("div", { class: "home-view", "data-testid": "home" });
    replace(body, h("div", { class: "scroller" }, column));
    this.column = column;
    try {
      const answer = await get("home", { user: state.user });
      if (this.tab === "home" && this.column === column && !this.surface) this.show(answer.view);
    } catch (error) {
      failed(error);
    }
  }

  /** The app published a view. */
  show(view) {
    if (this.tab !== "home" || !this.column) return;
    if (!view) {
      replace(
        this.column,
        h(
          "div",
          { class: "empty" },
          h("h3", null, `${state.app.name} is preparing its Home`),
          h("p", null, "It appears here as soon as the app publishes it."),
        ),
      );
      return;
    }
    if (!this.surface) {
      replace(this.column);
      const root = h("div");
      this.column.append(root);
      this.surface = new Surface(root, { kind: "home", container: { type: "home" }, kept: view.state && view.state.values });
    }
    this.surface.render(view.blocks);
  }

  async openMessages(body) {
    try {
      let channel = imWith(state.app.bot_user_id);
      if (!channel) {
        const answer = await post("open_im", { user: state.user, with: state.app.bot_user_id });
        channel = typeof answer.channel === "string" ? {
          id: answer.channel,
          is_im: true,
          user: state.app.bot_user_id,
          is_member: true,
          name: "",
        } : answer.channel;
        takeChannel(channel);
      }
      this.messages = new ChannelPane(body, { openThread: this.openThread, withHeader: false, openDrawer: this.openDrawer });
      state.place.channel = channel.id;
      await this.messages.open(channel.id);
    } catch (error) {
      failed(error);
    }
  }
}

function about() {
  const { commands, shortcuts, name } = state.app;
  const list = (rows) => h(
    "dl",
    { class: "about-list" },
    rows.map(([term, words]) => [h("dt", null, term), h("dd", null, words)]),
  );
  return h("div", { class: "scroller" }, h("div", { class: "home-view" }, h("h3", null, `What ${name} offers`),
    commands.length ? [
      h("h4", null, "Commands"),
      list(commands.map((c) => [h("code", null, `${c.command} ${c.usage_hint || ""}`.trim()), c.description])),
    ] : null,
    shortcuts.length ? [
      h("h4", null, "Shortcuts"),
      list(shortcuts.map((s) => [
        s.name,
        `${s.description || ""} ${s.type === "message" ? "(in the menu of a message)" : "(in the menu beside the message box)"}`,
      ])),
    ] : null));
}
