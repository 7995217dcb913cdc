// What this tab knows: who is acting, people, channels, and the place that is open. Promise: one object, changed only
// through the functions here; `on(name, fn)` hears of changes.

const listeners = new Map();

export const state = {
  user: null,
  team: { id: "", name: "", domain: "" },
  app: { id: "", name: "App", bot_user_id: "", commands: [], shortcuts: [], home_tab: true },
  people: new Map(),
  channels: new Map(),
  links: {},
  banner: null,
  place: { kind: "none", channel: null, thread: null },
  // What only this page knows until it is loaded again: Slack's own answers to a person, and what was dismissed.
  locals: [],
  dismissed: new Set(),
};

/** The messages that only this person sees, in one place: those of the server and those of this page. */
export function privateMessages(fromServer, channel, thread) {
  const own = state.locals.filter((m) => m.channel === channel && (m.thread_ts || null) === thread && m.for === state.user);
  return [...(fromServer || []), ...own].filter((m) => !state.dismissed.has(m.ephemeral_id));
}

/** Hears `name`: "people", "channels", "place", "boot". */
export function on(name, listener) {
  if (!listeners.has(name)) listeners.set(name, []);
  listeners.get(name).push(listener);
}

export function emit(name, detail) {
  for (const listener of listeners.get(name) || []) listener(detail);
}

/** Takes the answer of /client/boot. */
export function takeBoot(boot) {
  state.user = typeof boot.user === "string" ? boot.user : boot.user.id;
  state.team = boot.team;
  state.app = { commands: [], shortcuts: [], home_tab: false, ...boot.app };
  state.people = new Map(boot.people.map((p) => [p.id, p]));
  state.channels = new Map(boot.channels.map((c) => [c.id, c]));
  state.links = boot.links || {};
  state.banner = boot.banner || null;
  emit("boot");
}

/** Takes a channel that is new or changed. */
export function takeChannel(channel) {
  state.channels.set(channel.id, { ...state.channels.get(channel.id), ...channel });
  emit("channels");
}

export const me = () => state.people.get(state.user);
export const person = (id) => state.people.get(id);
export const bot = () => state.people.get(state.app.bot_user_id);
export const isBot = (id) => id === state.app.bot_user_id;
export const personName = (id) => {
  const found = state.people.get(id);
  return found ? found.real_name || found.name : id;
};
/** The author of a message: a person, or the app as it names itself. */
export function author(message) {
  if (isBot(message.user) || (message.bot_id && !state.people.has(message.user))) {
    return { ...bot(), is_bot: true, real_name: message.username || state.app.name };
  }
  return person(message.user) || { real_name: message.username || message.user || "Somebody", name: message.user };
}

/** How a channel is called where there is no room for an icon. */
export function channelTitle(channel) {
  if (!channel) return "";
  if (channel.is_im) return personName(channel.user);
  return `${channel.is_private ? "" : "#"}${channel.name}`;
}

/** The direct-message channel with someone, when it exists. */
export function imWith(userId) {
  return [...state.channels.values()].find((c) => c.is_im && c.user === userId) || null;
}
