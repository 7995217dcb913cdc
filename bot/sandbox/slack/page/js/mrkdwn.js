// Slack's mrkdwn as document nodes. Promise: faithful to Slack for what apps send (*bold* _italic_ ~strike~ `code`,
// ```pre```, > quotes, <links|…>, mentions, dates, :emoji:), and always safe: only text nodes and checked links.
import { h, link } from "./dom.js";
import { emoji, withEmoji } from "./emoji.js";
import { person, personName, isBot, state } from "./state.js";
import { full, slackDate, ticking, write } from "./times.js";

/** &amp; &lt; &gt; as Slack's clients read them. */
export const unescape = (text) => String(text).replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

// UNSURE: whether Slack decodes the three entities in plain_text too; its history answers suggest that it does.
/** The words of a plain_text (or any text) object, for labels, options and titles. */
export function plain(object) {
  if (object === null || object === undefined) return "";
  const text = unescape(typeof object === "string" ? object : object.text || "");
  return typeof object === "object" && object.emoji === false ? text : withEmoji(text);
}

/** A text object (plain_text or mrkdwn) as nodes. */
export function textObject(object) {
  if (!object) return document.createTextNode("");
  if (object.type === "mrkdwn") return mrkdwn(object.text || "", { verbatim: object.verbatim });
  const node = h("span", { class: "plain" });
  lines(plain(object), node, (line) => document.createTextNode(line));
  return node;
}

function lines(text, node, make) {
  text.split("\n").forEach((line, index) => {
    if (index) node.append(h("br"));
    node.append(make(line));
  });
}

/** A whole mrkdwn text. */
export function mrkdwn(source, options = {}) {
  const root = h("div", { class: "mrkdwn" });
  const parts = String(source).split(/```/);
  parts.forEach((part, index) => {
    const closed = index < parts.length - 1;
    if (index % 2 === 1 && closed) {
      root.append(h("pre", null, unescape(part.replace(/^\n|\n$/g, ""))));
    } else {
      const text = index % 2 === 1 ? "```" + part : part;
      paragraphs(index > 1 ? text.replace(/^\n/, "") : text, root, options);
    }
  });
  return root;
}

function paragraphs(text, root, options) {
  let quote = null;
  let run = null;
  const rows = text.split("\n");
  rows.forEach((row, index) => {
    const quoted = /^(?:&gt;|>)\s?/.exec(row);
    if (quoted && !/^<[@#!a-z]/i.test(row)) {
      run = null;
      if (!quote) root.append((quote = h("blockquote")));
      else quote.append(h("br"));
      inline(row.slice(quoted[0].length), quote, options);
      return;
    }
    quote = null;
    const bullet = /^(\s*)([•◦▪–-]|\d{1,3}[.)])\s+/.exec(row);
    if (bullet) {
      run = null;
      const line = h("div", { class: "hang" }, h("span", { class: "hang-mark" }, bullet[2] === "-" ? "•" : bullet[2]));
      const body = h("span");
      inline(row.slice(bullet[0].length), body, options);
      line.append(body);
      root.append(line);
      return;
    }
    if (!run) {
      if (row === "" && index === rows.length - 1) return;
      root.append((run = h("div", { class: "run" })));
    } else run.append(h("br"));
    inline(row, run, options);
  });
}

const TAGS = { "*": "strong", _: "em", "~": "del" };
const WORD = /[\p{L}\p{N}]/u;

/** One line: marks, <tokens>, emoji and bare addresses. */
export function inline(text, node, options = {}) {
  let plainRun = "";
  const flush = () => {
    if (plainRun) node.append(document.createTextNode(unescape(plainRun)));
    plainRun = "";
  };
  let i = 0;
  while (i < text.length) {
    const taken = token(text, i, options) || styled(text, i, options);
    if (taken) {
      flush();
      node.append(taken.node);
      i = taken.end;
    } else {
      plainRun += text[i];
      i += 1;
    }
  }
  flush();
}

function token(text, i, options) {
  const char = text[i];
  if (char === "<") {
    const end = text.indexOf(">", i);
    const made = end > i ? angle(text.slice(i + 1, end)) : null;
    return made ? { node: made, end: end + 1 } : null;
  }
  if (char === ":") {
    const match = /^:([a-z0-9_+-]+)(?:::skin-tone-\d)?:/i.exec(text.slice(i));
    const sign = match && emoji(match[1]);
    return sign ? { node: emojiNode(match[1], sign), end: i + match[0].length } : null;
  }
  if (char === "h" && !options.verbatim && (i === 0 || !WORD.test(text[i - 1]))) {
    const match = /^https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)\]'"*_~]/.exec(text.slice(i));
    return match ? { node: link(unescape(match[0])), end: i + match[0].length } : null;
  }
  return null;
}

function styled(text, i, options) {
  const mark = text[i];
  if (mark !== "`" && !TAGS[mark]) return null;
  if (i > 0 && WORD.test(text[i - 1])) return null;
  if (!text[i + 1] || /\s/.test(text[i + 1]) || text[i + 1] === mark) return null;
  for (let end = text.indexOf(mark, i + 2); end > 0; end = text.indexOf(mark, end + 1)) {
    if (/\s/.test(text[end - 1]) || (text[end + 1] && WORD.test(text[end + 1]))) continue;
    const inner = text.slice(i + 1, end);
    if (mark === "`") return { node: h("code", null, unescape(inner)), end: end + 1 };
    const node = h(TAGS[mark]);
    inline(inner, node, options);
    return { node, end: end + 1 };
  }
  return null;
}

/** An emoji with its name for those who cannot see it. */
export function emojiNode(name, sign = emoji(name)) {
  if (!sign) return document.createTextNode(`:${name}:`);
  return h("span", { class: "emoji", role: "img", "aria-label": name.replace(/_/g, " "), title: `:${name}:` }, sign);
}

/** @somebody. */
export function mention(userId, fallback) {
  const known = person(userId);
  const self = userId === state.user;
  const name = known ? personName(userId) : fallback || userId;
  return h("span", { class: self ? "mention mention-me" : "mention", title: known && known.title ? known.title : null },
    `@${isBot(userId) ? state.app.name : name}`);
}

/** #channel, a link into it where this person can see it. */
export function channelMention(id, fallback) {
  const channel = state.channels.get(id);
  if (!channel) return h("span", { class: "mention" }, `#${fallback || "private channel"}`);
  return h("a", { class: "mention", href: `#${state.user}/${id}` }, `#${channel.name}`);
}

/** @here and its relatives. */
export const broadcast = (range) => h("span", { class: "mention mention-me" }, `@${range}`);

/** A date in the reader's own zone, its full form in the tooltip. */
export function dateNode(epoch, pattern, fallback, url) {
  const made = slackDate(epoch, pattern);
  if (!made) return document.createTextNode(fallback || "");
  const time = h("time", { datetime: made.date.toISOString(), title: full(made.date) });
  ticking(time, () => write(time, slackDate(epoch, pattern).text));
  return url ? link(url, time) : time;
}

function angle(body) {
  const bar = body.indexOf("|");
  const head = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? null : body.slice(bar + 1);
  if (head.startsWith("@")) return mention(head.slice(1), label);
  if (head.startsWith("#")) return channelMention(head.slice(1), label);
  if (head.startsWith("!date^")) {
    const [, epoch, pattern, url] = head.split("^");
    return dateNode(epoch, unescape(pattern || "{date}"), unescape(label || ""), url ? unescape(url) : null);
  }
  if (head.startsWith("!subteam^")) return h("span", { class: "mention" }, unescape(label || "@group"));
  if (head.startsWith("!")) return broadcast(unescape(label || head.slice(1)).replace(/^@/, ""));
  if (/^(https?:|mailto:|tel:)/i.test(head)) {
    const url = unescape(head);
    return label ? link(url, withEmoji(unescape(label))) : link(url, url.replace(/^(mailto|tel):/, ""));
  }
  return null;
}
