// Channel details: what it is for, who is in it, letting people and the app in, joining and leaving.
import { post } from "./api.js";
import { showDialog } from "./confirm.js";
import { avatar, h, icon, iconButton, replace } from "./dom.js";
import { channelTitle, emit, isBot, me, person, personName, state, takeChannel } from "./state.js";
import { failed } from "./toasts.js";

/** Opens the dialog for a channel. */
export function showDetails(channelId) {
  const channel = () => state.channels.get(channelId);
  const body = h("div", { class: "dialog-body" });
  const dialog = h("dialog", { class: "dialog dialog-small", "aria-label": `Details of ${channelTitle(channel())}`, "data-testid": "details" });
  const done = showDialog(dialog, () => done());
  const act = async (path, given, change) => {
    try {
      await post(path, { user: state.user, channel: channelId, ...given });
      takeChannel({ id: channelId, ...change });
      emit("place");
      draw();
    } catch (error) {
      failed(error);
    }
  };
  function draw() {
    const now = channel();
    const members = now.members || [];
    const out = [...state.people.values()].filter((p) => !members.includes(p.id));
    const row = (id) => h("li", null, avatar(person(id) || { name: id }, "m"), h("span", { class: "menu-words" }, h("span", null, isBot(id) ? state.app.name : personName(id), id === me()?.id ? " (you)" : ""),
      h("span", { class: "menu-hint" }, isBot(id) ? "app" : person(id)?.title || "")));
    replace(body,
      now.topic ? h("p", { class: "details-topic" }, now.topic) : "",
      now.members ? h("h3", null, `Members (${members.length})`) : "",
      h("ul", { class: "people", "data-testid": "members" }, members.map(row)),
    );
    if (!now.is_im && now.is_member && out.length) {
      body.append(h("h3", null, "Not in this channel"), h("ul", { class: "people", "data-testid": "outsiders" }, out.map((p) => {
        const item = row(p.id);
        item.append(h("button", { type: "button", class: "button small", "data-testid": `invite-${p.id}`, onclick: () => act("invite", { invitee: p.id }, { members: [...members, p.id] }) }, isBot(p.id) ? "Add app" : "Invite"));
        return item;
      })));
    }
    if (!now.is_im) {
      const mine = now.is_member;
      replace(foot, h("button", {
        type: "button", class: mine ? "button danger" : "button primary", "data-testid": mine ? "leave" : "join",
        onclick: () => act(mine ? "leave" : "join", {}, { is_member: !mine, members: mine ? members.filter((id) => id !== state.user) : [...members, state.user] }),
      }, mine ? "Leave channel" : "Join channel"));
    }
  }
  const foot = h("footer", { class: "dialog-foot" });
  const title = channel().is_im ? h("h2", null, channelTitle(channel())) : h("h2", null, icon(channel().is_private ? "lock" : "hash"), ` ${channel().name}`);
  dialog.prepend(h("header", { class: "dialog-head" }, title, iconButton("close", "Close", () => done())), body, foot);
  draw();
}
