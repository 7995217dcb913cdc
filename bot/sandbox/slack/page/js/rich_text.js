// Slack's rich_text blocks as document nodes. Promise: sections, nested lists, quotes, preformatted text, links,
// mentions, emoji, dates and colours; the nodes use the same tags as the editor, so it can start from them.
import { h, link } from "./dom.js";
import { broadcast, channelMention, dateNode, emojiNode, mention } from "./mrkdwn.js";
import { emoji } from "./emoji.js";

/** One rich_text block. */
export function richText(block) {
  const root = h("div", { class: "rich" });
  lists(block.elements || [], root);
  return root;
}

function lists(elements, root) {
  let stack = [];
  for (const element of elements) {
    if (element.type !== "rich_text_list") {
      stack = [];
      root.append(piece(element));
      continue;
    }
    const indent = element.indent || 0;
    const ordered = element.style === "ordered";
    const node = h(
      ordered ? "ol" : "ul",
      { start: ordered && element.offset ? element.offset + 1 : null, class: `indent-${Math.min(indent, 8) % 3}` },
    );
    for (const item of element.elements || []) node.append(h("li", null, section(item.elements)));
    while (stack.length && stack[stack.length - 1].indent >= indent) stack.pop();
    const parent = stack.length ? stack[stack.length - 1].node.lastElementChild || root : root;
    parent.append(node);
    stack.push({ indent, node });
  }
}

function piece(element) {
  if (element.type === "rich_text_quote") return h("blockquote", null, section(element.elements));
  if (element.type === "rich_text_preformatted") return h("pre", null, section(element.elements));
  return h("div", { class: "run" }, section(element.elements));
}

function section(elements) {
  return (elements || []).map(inlinePiece);
}

function inlinePiece(element) {
  const style = element.style || {};
  let node = leaf(element);
  if (style.code) node = h("code", null, node);
  if (style.strike) node = h("s", null, node);
  if (style.italic) node = h("i", null, node);
  if (style.underline) node = h("u", null, node);
  if (style.bold) node = h("b", null, node);
  return node;
}

function broken(text) {
  const node = document.createDocumentFragment();
  String(text).split("\n").forEach((line, index) => {
    if (index) node.append(h("br"));
    node.append(document.createTextNode(line));
  });
  return node;
}

function leaf(element) {
  switch (element.type) {
    case "text": return broken(element.text);
    case "link": return link(element.url, element.text || element.url);
    case "user": return mention(element.user_id);
    case "channel": return channelMention(element.channel_id);
    case "usergroup": return h("span", { class: "mention" }, "@group");
    case "broadcast": return broadcast(element.range);
    case "date": return dateNode(element.timestamp, element.format || "{date}", element.fallback, element.url);
    case "color": return h(
      "span",
      { class: "colour" },
      h("span", { class: "swatch", style: { backgroundColor: element.value } }),
      element.value,
    );
    case "emoji": {
      if (emoji(element.name) || !element.unicode) return emojiNode(element.name);
      const sign = element.unicode.split("-").map((code) => String.fromCodePoint(parseInt(code, 16))).join("");
      return emojiNode(element.name, sign);
    }
    default: return broken(element.text || "");
  }
}
