// Channel details: what it is for, who is in it, letting people and the app in, joining and leaving.
import { post } from "./api.js";
import { showDialog } from "./confirm.js";
import { avatar, h, icon, iconButton, replace } from "./dom.js";
import { channelTitle, emit, isBot, person, personName, state, takeChannel } from "./state.js";
import { failed } from "./toasts.js";

/** Opens the dialog for a channel. */
export function showDetails(channelId) {
  const channel = state.channels.get(channelId);
  const dialog = h(
    "dialog",
    { class: "dialog dialog-small", "aria-label": `Details of ${channelTitle(channel)}`, "data-testid": "details" },
  );
  const done = showDialog(dialog, () => done());
  const title = channel.is_im ? channelTitle(channel) : [icon(channel.is_private ? "lock" : "hash"), ` ${channel.name}`];
  const body = h("div", { class: "dialog-body" });
  const foot = h("footer", { class: "dialog-foot" });
  dialog.prepend(
    h("header", { class: "dialog-head" }, h("h2", null, title), iconButton("close", "Close", () => done())),
    body,
    foot,
  );
  const view = { channelId, body, foot, invited: new Set() };
  draw(view);
}

async function act(view, path, given, change) {
  try {
    await post(path, { user: state.user, channel: view.channelId, ...given });
    takeChannel({ id: view.channelId, ...change });
    emit("place");
    draw(view);
  } catch (error) {
    failed(error);
  }
}

function row(id, ...more) {
  const name = isBot(id) ? state.app.name : personName(id);
  const words = h(
    "span",
    { class: "menu-words" },
    h("span", null, name, id === state.user ? " (you)" : ""),
    h("span", { class: "menu-hint" }, isBot(id) ? "app" : person(id)?.title || ""),
  );
  return h("li", null, avatar(person(id) || { name: id }, "m"), words, more);
}

function draw(view) {
  const now = state.channels.get(view.channelId);
  const { members } = now;
  const out = [...state.people.keys()].filter((id) => id !== state.user && !(members || []).includes(id));
  const invite = (id) => view.invited.has(id) ? h("span", { class: "menu-hint" }, "is in") : h("button", {
    type: "button", class: "button small", "data-testid": `invite-${id}`,
    onclick: () => {
      view.invited.add(id);
      act(view, "invite", { invitee: id }, members ? { members: [...members, id] } : {});
    },
  }, isBot(id) ? "Add app" : "Invite");
  replace(view.body,
    now.topic ? h("p", { class: "details-topic" }, now.topic) : null,
    members ? [
      h("h3", null, `Members (${members.length})`),
      h("ul", { class: "people", "data-testid": "members" }, members.map((id) => row(id))),
    ] : null,
    now.is_member && !now.is_im && out.length ? [
      h("h3", null, members ? "Not in this channel" : "Let somebody in"),
      h("ul", { class: "people" }, out.map((id) => row(id, invite(id)))),
    ] : null,
  );
  replace(view.foot, now.is_im ? null : membership(view, now));
}

function membership(view, now) {
  if (!now.is_member) {
    const members = now.members ? { members: [...now.members, state.user] } : {};
    return h(
      "button",
      {
        type: "button",
        class: "button primary",
        "data-testid": "join",
        onclick: () => act(view, "join", {}, { is_member: true, ...members }),
      },
      "Join channel",
    );
  }
  const members = now.members ? { members: now.members.filter((id) => id !== state.user) } : {};
  return h(
    "button",
    {
      type: "button",
      class: "button danger",
      "data-testid": "leave",
      onclick: () => act(view, "leave", {}, { is_member: false, ...members }),
    },
    "Leave channel",
  );
}
