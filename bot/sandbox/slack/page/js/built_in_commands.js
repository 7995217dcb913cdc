// The commands that belong to Slack itself. Promise: each does what it does at Slack, or says in words why not.
import { post } from "./api.js";
import { channelTitle, emit, personName, state, takeChannel } from "./state.js";

function somebody(text) {
  const name = text.trim().replace(/^@/, "").replace(/^<@(\w+)(\|[^>]*)?>$/, "$1").toLowerCase();
  const found = [...state.people.values()].find((p) =>
    [p.id, p.name, p.real_name, p.id === state.app.bot_user_id ? state.app.name : ""].some((n) => n && n.toLowerCase() === name));
  return found ? found.id : null;
}

async function invite(text, channel) {
  const who = somebody(text);
  if (!who) return text.trim() ? `Nobody here is called ${text.trim()}.` : "Say whom: /invite @somebody.";
  await post("invite", { user: state.user, channel, invitee: who });
  return `${who === state.app.bot_user_id ? state.app.name : personName(who)} is now in ${channelTitle(state.channels.get(channel))}.`;
}

async function leave(_text, channel) {
  await post("leave", { user: state.user, channel });
  takeChannel({ id: channel, is_member: false });
  emit("place");
  return null;
}

async function join(text) {
  const name = text.trim().replace(/^#/, "").toLowerCase();
  const found = [...state.channels.values()].find((c) => !c.is_im && c.name === name);
  if (!found) return `There is no channel #${name} that you can join.`;
  await post("join", { user: state.user, channel: found.id });
  takeChannel({ id: found.id, is_member: true });
  location.hash = `${state.user}/${found.id}`;
  return null;
}

/** What the composer offers besides the app's own commands. */
export function builtIn() {
  return [
    { command: "/invite", description: "Let somebody into this channel", usage_hint: "@somebody", run: invite },
    { command: "/join", description: "Join a channel", usage_hint: "#channel", run: join },
    { command: "/leave", description: "Leave this channel", usage_hint: "", run: leave },
  ];
}
