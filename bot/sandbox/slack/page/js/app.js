// Ties the page together: which person and place the address names, what the stream brings, what is shown. Promise: the
// address (#person/place/thread) is the one source of where this tab is.
import { get } from "./api.js";
import { drawBanner } from "./banner.js";
import { ChannelPane } from "./channel.js";
import { HomePane } from "./home.js";
import { Modal } from "./modal.js";
import { drawSidebar } from "./sidebar.js";
import { closePopover } from "./popover.js";
import { on, state, takeBoot, takeChannel } from "./state.js";
import { openStream } from "./stream.js";
import { ThreadPane } from "./thread.js";
import { drawTopbar } from "./topbar.js";
import { failed, toast } from "./toasts.js";

const $ = (id) => document.getElementById(id);
const narrow = () => matchMedia("(max-width: 760px)").matches;
const openThread = (ts) => {
  location.hash = `${state.user}/${placeWord()}/${ts}`;
};
const openDrawer = () => setDrawer(true);

const channelPane = new ChannelPane($("main"), { openThread, openDrawer });
const homePane = new HomePane(
  $("main"),
  { openThread, openDrawer, onTab: (tab) => { location.hash = `${state.user}/${tab === "home" ? "home" : `home-${tab}`}`; } },
);
const threadPane = new ThreadPane($("thread"), { onClose: closeThread });
const modal = new Modal();
let closeStream = null;
let lostTimer = 0;

/** The pane that shows messages now: the channel, or the app's Messages tab. */
function messagesNow() {
  if (state.place.kind === "channel") return channelPane;
  return state.place.kind === "home" ? homePane.messages : null;
}

function placeWord() {
  if (state.place.kind === "home") return homePane.tab === "home" ? "home" : `home-${homePane.tab}`;
  return state.place.channel;
}

function closeThread() {
  const ts = state.place.thread;
  location.hash = `${state.user}/${placeWord()}`;
  messagesNow()?.list?.views.get(ts)?.node.focus();
}

function setDrawer(open) {
  document.body.classList.toggle("drawer-open", open);
  $("shade").hidden = !open;
  if (open) $("sidebar").querySelector("a")?.focus();
}

function readAddress() {
  const [user, place, thread] = decodeURIComponent(location.hash.slice(1)).split("/");
  return { user: user || null, place: place || null, thread: thread || null };
}

async function follow() {
  const wanted = readAddress();
  closePopover();
  if (wanted.user !== state.user || !state.user) {
    if (!(await boot(wanted.user))) return;
  }
  const home = /^home(?:-(\w+))?$/.exec(wanted.place || "");
  const known = wanted.place && state.channels.has(wanted.place) ? wanted.place : null;
  const place = home || known ? wanted.place : firstPlace();
  if (!wanted.place || (!home && !known)) {
    history.replaceState(null, "", `#${state.user}/${place}`);
  }
  await show(/^home(?:-(\w+))?$/.exec(place), place, home || known ? wanted.thread : null);
}

function firstPlace() {
  const mine = [...state.channels.values()].filter((c) => c.is_member && !c.is_im).sort((a, b) => a.name.localeCompare(b.name));
  // The app's own channels are where things happen; a quiet one is a poor first sight.
  const busy = [...mine].sort((a, b) => (b.unread || 0) - (a.unread || 0) || String(b.latest_ts || "").localeCompare(String(a.latest_ts || "")));
  return busy.length ? busy[0].id : "home";
}

async function show(home, place, thread) {
  setDrawer(false);
  const moved = home ? state.place.kind !== "home" || homePane.tab !== (home[1] || "home") : state.place.kind !== "channel" || channelPane.channel !== place;
  if (!thread || state.place.channel !== place) threadPane.close();
  if (moved && home) {
    channelPane.close();
    state.place = { kind: "home", channel: null, thread };
    drawSides();
    await homePane.open(home[1] || "home");
  } else if (moved) {
    homePane.close();
    state.place = { kind: "channel", channel: place, thread };
    drawSides();
    const opened = channelPane.open(place);
    if (!narrow() && !thread) channelPane.composer?.focus();
    await opened;
  } else state.place.thread = thread;
  if (thread) await threadPane.open(home ? homePane.messages?.channel : place, thread);
  document.body.classList.toggle("thread-open", Boolean(thread));
  document.title = `${home ? state.app.name : `${state.channels.get(place)?.name || ""}`} · ${state.team.name} (practice)`;
}

function drawSides() {
  drawSidebar($("sidebar"));
}

const LAST = "practice-last-person";

function rememberPerson(user) {
  try {
    localStorage.setItem(LAST, user);
  } catch {
    // Without storage a permalink opens as the first person.
  }
}

function lastPerson() {
  try {
    return localStorage.getItem(LAST) || document.body.dataset.firstPerson;
  } catch {
    return document.body.dataset.firstPerson;
  }
}

/** "#person/channel/thread" for an address that chat.getPermalink gave, or null. */
function fromPermalink(href) {
  const url = new URL(href, location.href);
  const found = url.origin === location.origin && /^\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(url.pathname);
  if (!found) return null;
  const thread = url.searchParams.get("thread_ts") || `${found[2]}.${found[3]}`;
  return `${state.user}/${found[1]}/${thread}`;
}

/** A permalink that was opened in a new tab arrives as /?channel=…&ts=…&thread_ts=…. */
function followSearch() {
  const wanted = new URLSearchParams(location.search);
  if (!wanted.get("channel")) return;
  const thread = wanted.get("thread_ts") || wanted.get("ts") || "";
  history.replaceState(null, "", `/#${lastPerson()}/${wanted.get("channel")}/${thread}`);
}

async function boot(user) {
  let answer;
  try {
    answer = await get("boot", { user: user || "" });
  } catch (error) {
    answer = await bootAsAnybody(error);
    if (!answer) return false;
  }
  if (closeStream) closeStream();
  modal.show([]);
  threadPane.close();
  channelPane.close();
  homePane.close();
  state.place = { kind: "none", channel: null, thread: null };
  takeBoot(answer);
  drawTopbar($("topbar"), (id) => { location.hash = samePlaceFor(id); });
  drawBanner($("banner"));
  drawSides();
  rememberPerson(state.user);
  closeStream = openStream(state.user, answer.event_id ?? null, { on: heard, onBack: backAgain, onLost: lost });
  modal.show(answer.view_stack || []);
  return true;
}

/** An address without a person, or with one who is not here: the first person of the workspace. */
async function bootAsAnybody(error) {
  const first = document.body.dataset.firstPerson;
  if (first && !/unreachable/.test(error.code || "")) {
    try {
      const answer = await get("boot", { user: first });
      history.replaceState(null, "", `#${first}`);
      return answer;
    } catch (again) {
      failed(again);
      return null;
    }
  }
  failed(error);
  return null;
}

const samePlaceFor = (id) => `${id}/${state.place.kind === "home" ? "home" : state.place.channel || ""}`;

function lost() {
  clearTimeout(lostTimer);
  lostTimer = setTimeout(() => { $("connection").hidden = false; }, 1200);
}

/** The stream tells what was missed; only a workspace that was made anew behind the same address needs a new page. */
async function backAgain(seen) {
  clearTimeout(lostTimer);
  $("connection").hidden = true;
  try {
    const now = await get("state", { user: state.user });
    if (seen !== null && now.event_id < seen) location.reload();
  } catch (error) {
    if (error.code === "user_not_found") location.reload();
  }
}

function placeMessage(message, isNew) {
  const pane = messagesNow();
  const root = !message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast";
  const here = pane && pane.channel === message.channel;
  if (here && root && isNew) pane.upsert(message);
  else if (here) pane.list?.change(message);
  if (threadPane.holds(message) && isNew) threadPane.upsert(message);
  else if (threadPane.holds(message)) threadPane.list?.change(message);
  return here;
}

const heard = {
  message(message) {
    const here = placeMessage(message, true);
    const root = !message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast";
    const channel = state.channels.get(message.channel);
    if (channel && channel.is_member && root && message.user !== state.user && (!here || document.hidden)) {
      takeChannel({ id: channel.id, unread: (channel.unread || 0) + 1, latest_ts: message.ts });
    }
  },
  message_changed(message) {
    placeMessage(message, false);
  },
  message_deleted({ channel, ts }) {
    const pane = messagesNow();
    if (pane?.channel === channel) pane.list?.take(ts);
    if (threadPane.channel === channel) threadPane.list?.take(ts);
  },
  ephemeral(message) {
    const pane = messagesNow();
    if (message.thread_ts && threadPane.holds(message)) threadPane.upsert(message);
    else if (pane?.channel === message.channel && !message.thread_ts) pane.upsert(message);
    else if (message.thread_ts) toast(`${state.app.name} answered in a thread.`);
  },
  ephemeral_changed(message) {
    for (const list of [messagesNow()?.list, threadPane.list]) list?.change(message);
  },
  ephemeral_deleted({ ephemeral_id: id }) {
    for (const list of [messagesNow()?.list, threadPane.list]) list?.take(id);
  },
  view({ view_stack: stack }) {
    modal.hear(stack);
  },
  home({ view }) {
    homePane.show(view);
  },
  channel({ channel }) {
    if (!channel) return;
    const before = state.channels.get(channel.id);
    takeChannel({ ...channel, ...(before && messagesNow()?.channel === channel.id ? { unread: 0 } : {}) });
    if (messagesNow()?.channel === channel.id) leaveOrRefresh(channel);
  },
  read({ channel, unread, user }) {
    if (user && user !== state.user) return;
    if (state.channels.has(channel)) takeChannel({ id: channel, unread: unread || 0 });
  },
  reaction({ channel, ts, reactions }) {
    for (const pane of [messagesNow(), threadPane]) {
      const known = pane?.channel === channel ? pane.list?.get(ts) : null;
      if (known) pane.list.change({ ...known, reactions });
    }
  },
};

/** A private channel that one has left is not there any more. */
function leaveOrRefresh(channel) {
  if (channel.is_private && !channel.is_im && !channel.is_member) location.hash = state.user;
  else messagesNow().refresh();
}

on("channels", drawSides);
on("place", () => {
  drawSides();
  const channel = state.channels.get(messagesNow()?.channel);
  if (channel) leaveOrRefresh(channel);
});
document.addEventListener("click", (event) => {
  const permalink = event.target.closest?.("a[href*='/archives/']");
  const address = permalink && fromPermalink(permalink.href);
  if (!address) return;
  event.preventDefault();
  location.hash = address;
});
addEventListener("hashchange", () => follow().catch(failed));
document.addEventListener("visibilitychange", () => messagesNow()?.markRead());
$("skip").addEventListener("click", (event) => {
  event.preventDefault();
  (messagesNow()?.list?.focused?.node || $("main")).focus();
});
$("shade").addEventListener("click", () => setDrawer(false));
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.body.classList.contains("drawer-open")) {
    setDrawer(false);
    $("main").querySelector("button")?.focus();
  }
});
// A composer takes what is typed when nothing else has the focus.
addEventListener("keydown", (event) => {
  if (event.target === document.body && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) messagesNow()?.composer?.focus();
});
followSearch();
follow().catch(failed);
