// Standard Markdown of the markdown block as document nodes. Promise: headings, emphasis, code, links, nested and task
// lists, quotes, tables and rules; raw HTML stays text.
import { h, link } from "./dom.js";
import { emojiNode } from "./mrkdwn.js";
import { emoji } from "./emoji.js";

const LIST = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const FENCE = /^ {0,3}(```+|~~~+)/;
const DELIMITER = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

/** The whole text of a markdown block. */
export function markdown(source) {
  const root = h("div", { class: "markdown" });
  blocks(String(source).split(/\r?\n/), root);
  return root;
}

function blocks(rows, root) {
  let i = 0;
  while (i < rows.length) {
    const row = rows[i];
    if (!row.trim()) {
      i += 1;
      continue;
    }
    i = fence(rows, i, root) ?? heading(rows, i, root) ?? quote(rows, i, root) ?? list(rows, i, root)
      ?? table(rows, i, root) ?? paragraph(rows, i, root);
  }
}

function fence(rows, i, root) {
  const open = FENCE.exec(rows[i]);
  if (!open) return null;
  let end = i + 1;
  while (end < rows.length && !rows[end].trim().startsWith(open[1])) end += 1;
  root.append(h("pre", null, rows.slice(i + 1, end).join("\n")));
  return end + 1;
}

function heading(rows, i, root) {
  if (RULE.test(rows[i])) {
    root.append(h("hr"));
    return i + 1;
  }
  const match = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/.exec(rows[i]);
  if (!match) return null;
  const node = h("div", { class: `md-h md-h${match[1].length}`, role: "heading", "aria-level": match[1].length + 2 });
  span(match[2], node);
  root.append(node);
  return i + 1;
}

function quote(rows, i, root) {
  if (!/^ {0,3}>/.test(rows[i])) return null;
  const inner = [];
  let end = i;
  while (end < rows.length && /^ {0,3}>/.test(rows[end])) {
    inner.push(rows[end].replace(/^ {0,3}> ?/, ""));
    end += 1;
  }
  const node = h("blockquote");
  blocks(inner, node);
  root.append(node);
  return end;
}

function list(rows, i, root) {
  if (!LIST.test(rows[i])) return null;
  const stack = [];
  let end = i;
  while (end < rows.length) {
    const match = LIST.exec(rows[end]);
    if (!match) {
      if (rows[end].trim() && /^\s{2,}/.test(rows[end]) && stack.length) {
        const begun = stack[stack.length - 1].node.lastElementChild;
        begun.append(h("br"));
        span(rows[end].trim(), begun);
        end += 1;
        continue;
      }
      break;
    }
    const depth = match[1].length;
    while (stack.length > 1 && stack[stack.length - 1].depth > depth) stack.pop();
    const ordered = /\d/.test(match[2]);
    if (!stack.length || stack[stack.length - 1].depth < depth) {
      const node = h(ordered ? "ol" : "ul", { start: ordered ? parseInt(match[2], 10) : null });
      const parent = stack.length ? stack[stack.length - 1].node.lastElementChild : root;
      parent.append(node);
      stack.push({ depth, node });
    }
    stack[stack.length - 1].node.append(item(match[3]));
    end += 1;
  }
  return end;
}

function item(text) {
  const task = /^\[([ xX])\]\s+(.*)$/.exec(text);
  const node = h("li", { class: task ? "task" : null });
  if (task) {
    const done = task[1] !== " ";
    node.append(h("span", { class: "task-box", role: "img", "aria-label": done ? "done" : "not done" }, done ? "☑" : "☐"), " ");
  }
  span(task ? task[2] : text, node);
  return node;
}

const cells = (row) => row.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/\\\|/g, "|"));

function table(rows, i, root) {
  if (!rows[i].includes("|") || !rows[i + 1] || !DELIMITER.test(rows[i + 1]) || !rows[i + 1].includes("-")) return null;
  const sides = cells(rows[i + 1]).map((cell) => {
    if (!cell.endsWith(":")) return "left";
    return cell.startsWith(":") ? "center" : "right";
  });
  const line = (row, tag) => {
    const tr = h("tr");
    cells(row).forEach((cell, column) => {
      const td = h(tag, { class: `align-${sides[column] || "left"}`, scope: tag === "th" ? "col" : null });
      span(cell, td);
      tr.append(td);
    });
    return tr;
  };
  const body = h("tbody");
  let end = i + 2;
  while (end < rows.length && rows[end].includes("|")) {
    body.append(line(rows[end], "td"));
    end += 1;
  }
  root.append(h("div", { class: "table-wrap", tabindex: "0" }, h("table", null, h("thead", null, line(rows[i], "th")), body)));
  return end;
}

function paragraph(rows, i, root) {
  const node = h("p");
  let end = i;
  while (end < rows.length && rows[end].trim() && (end === i || (!LIST.test(rows[end]) && !FENCE.test(rows[end])
    && !/^ {0,3}(#{1,6}\s|>)/.test(rows[end]) && !RULE.test(rows[end])))) {
    if (end > i) node.append(h("br"));
    span(rows[end].trim(), node);
    end += 1;
  }
  root.append(node);
  return end;
}

const SPANS = [
  [/^`([^`]+)`/, (m) => h("code", null, m[1])],
  [/^!?\[([^\]]*)\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/, (m) => link(m[2], m[1] || m[2])],
  [/^<(https?:\/\/[^>\s]+)>/, (m) => link(m[1])],
  [/^(\*\*|__)(?=\S)(.+?)(?<=\S)\1/, (m) => nested("strong", m[2])],
  [/^~~(?=\S)(.+?)(?<=\S)~~/, (m) => nested("del", m[1])],
  [/^\*(?=\S)([^*]+?)(?<=\S)\*/, (m) => nested("em", m[1])],
  [/^_(?=\S)([^_]+?)(?<=\S)_(?![\p{L}\p{N}])/u, (m) => nested("em", m[1])],
  [/^https?:\/\/[^\s<>)]+[^\s<>).,;:!?]/, (m) => link(m[0])],
];

function nested(tag, text) {
  const node = h(tag);
  span(text, node);
  return node;
}

function span(text, node) {
  let run = "";
  const flush = () => {
    if (run) node.append(document.createTextNode(run));
    run = "";
  };
  for (let i = 0; i < text.length; ) {
    const rest = text.slice(i);
    if (rest[0] === "\\" && /[\\`*_{}[\]()#+.!|~>-]/.test(rest[1] || "")) {
      run += rest[1];
      i += 2;
      continue;
    }
    const named = /^:([a-z0-9_+-]+):/i.exec(rest);
    const opens = i === 0 || !/[\p{L}\p{N}]/u.test(text[i - 1]);
    let found = null;
    if (named && emoji(named[1])) found = [named, () => emojiNode(named[1])];
    else if (/[`![<*_~h]/.test(rest[0]) && (opens || rest[0] === "*" || rest[0] === "`")) {
      found = SPANS.map(([pattern, make]) => [pattern.exec(rest), make]).find(([match]) => match);
    }
    if (found) {
      flush();
      node.append(found[1](found[0]));
      i += found[0][0].length;
    } else {
      run += text[i];
      i += 1;
    }
  }
  flush();
}
