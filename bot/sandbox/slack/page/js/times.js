// Times as people read them, in the browser's own zone. Promise: no time is shown without a full date at hand (title),
// and words that hold for a while only ("3 minutes ago", "today") are said again while they are on the page.

const LOCALE = "en-GB";
const format = (options) => new Intl.DateTimeFormat(LOCALE, options);
const CLOCK = format({ hour: "2-digit", minute: "2-digit" });
const CLOCK_SECONDS = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const FULL = format({
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const DAY = format({ weekday: "long", day: "numeric", month: "long" });
const DAY_YEAR = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const LONG = DAY_YEAR;
const PLAIN = format({ day: "numeric", month: "long", year: "numeric" });
const SHORT = format({ day: "numeric", month: "short", year: "numeric" });
const NUM = format({ day: "2-digit", month: "2-digit", year: "numeric" });

export const fromTs = (ts) => new Date(Number(ts) * 1000);
export const clock = (date) => CLOCK.format(date);
export const full = (date) => FULL.format(date);

const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
/** Whole days from today: 0 today, -1 yesterday, 1 tomorrow. */
const daysAway = (date) => Math.round((midnight(date) - midnight(new Date())) / 86400000);
const NEAR = { 0: "today", "-1": "yesterday", 1: "tomorrow" };

export const dayKey = (date) => `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;

/** The words on a day divider. */
export function dayName(date) {
  const near = NEAR[daysAway(date)];
  if (near) return near[0].toUpperCase() + near.slice(1);
  return (date.getFullYear() === new Date().getFullYear() ? DAY : DAY_YEAR).format(date);
}

// below how many seconds it is told in this unit, and how many seconds one has
const UNITS = [[60, 1, "second"], [3600, 60, "minute"], [86400, 3600, "hour"], [Infinity, 86400, "day"]];

/** "3 minutes ago", "in 2 hours", for thread counts and {ago}. */
export function ago(date) {
  const seconds = Math.round((Date.now() - date.getTime()) / 1000);
  const size = Math.abs(seconds);
  if (size < 10) return "just now";
  const [, length, unit] = UNITS.find(([below]) => size < below);
  const count = Math.round(size / length);
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return seconds >= 0 ? `${words} ago` : `in ${words}`;
}

/** "today at 14:31", for thread footers. */
export function nearAt(date) {
  return `${NEAR[daysAway(date)] || SHORT.format(date)} at ${clock(date)}`;
}

const EVERY = 5000; // milliseconds

/** The node, on which `say(node)` writes its words now and again every few seconds. */
export function ticking(node, say) {
  node.classList.add("ticking");
  node.say = () => say(node);
  node.say();
  return node;
}

setInterval(() => {
  for (const node of document.querySelectorAll(".ticking")) node.say();
}, EVERY);

/** Writes only what is different, so that a selection in it stays. */
export function write(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

/** Slack's <!date^epoch^format|fallback>: the text with its {tokens} filled in. */
export function slackDate(epoch, pattern) {
  const date = new Date(Number(epoch) * 1000);
  if (Number.isNaN(date.getTime())) return null;
  const pretty = (formatter) => NEAR[daysAway(date)] || formatter.format(date);
  const token = {
    date_num: () => NUM.format(date).split("/").reverse().join("-"),
    date_slash: () => NUM.format(date),
    date: () => PLAIN.format(date),
    date_short: () => SHORT.format(date),
    date_long: () => LONG.format(date),
    date_long_full: () => LONG.format(date),
    date_pretty: () => pretty(PLAIN),
    date_short_pretty: () => pretty(SHORT),
    date_long_pretty: () => pretty(LONG),
    day_divider_pretty: () => dayName(date),
    time: () => CLOCK.format(date),
    time_secs: () => CLOCK_SECONDS.format(date),
    ago: () => ago(date),
  };
  const text = pattern.replace(/\{(\w+)\}/g, (all, name) => (token[name] ? token[name]() : all));
  return { text, date };
}
