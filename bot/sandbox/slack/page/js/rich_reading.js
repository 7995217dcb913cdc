// Reads the editor's nodes into Slack's rich_text JSON. Promise: an editor without words gives null; neighbouring texts
// of one style are one element; invisible helper characters are left out.

const STYLE = {
  B: "bold",
  STRONG: "bold",
  I: "italic",
  EM: "italic",
  S: "strike",
  STRIKE: "strike",
  DEL: "strike",
  CODE: "code",
  U: "underline",
};
const BLOCKS = new Set(["DIV", "P", "UL", "OL", "BLOCKQUOTE", "PRE", "H1", "H2", "H3", "LI"]);

/** {type:"rich_text", elements} or null when nothing is written. */
export function readRichText(area) {
  const pieces = [];
  let open = null;
  const section = () => {
    if (!open) pieces.push((open = { type: "rich_text_section", elements: [] }));
    return open;
  };
  const walk = (node) => {
    if (node.nodeType === Node.ELEMENT_NODE && (node.tagName === "UL" || node.tagName === "OL")) {
      open = null;
      list(node, 0, pieces);
    } else if (node.nodeType === Node.ELEMENT_NODE && (node.tagName === "BLOCKQUOTE" || node.tagName === "PRE")) {
      open = null;
      const type = node.tagName === "PRE" ? "rich_text_preformatted" : "rich_text_quote";
      pieces.push({ type, elements: trimmed(words(node, {})) });
    } else if (node.nodeType === Node.ELEMENT_NODE && BLOCKS.has(node.tagName)) {
      if ([...node.children].some((c) => ["UL", "OL", "BLOCKQUOTE", "PRE", "DIV", "P"].includes(c.tagName))) {
        node.childNodes.forEach(walk);
        return;
      }
      if (open && open.elements.length) open.elements.push({ type: "text", text: "\n" });
      section().elements.push(...words(node, {}));
    } else section().elements.push(...words(node, {}, true));
  };
  area.childNodes.forEach(walk);
  const elements = pieces
    .map((p) => (p.type === "rich_text_list" ? p : {
      ...p,
      elements: joined(p.type === "rich_text_section" ? trimmed(p.elements) : p.elements),
    }))
    .filter((p) => p.elements.length);
  const said = elements.some((p) => JSON.stringify(p).match(/"text":"[^"]*[^\s"\\][^"]*"|"url"/));
  return said ? { type: "rich_text", elements } : null;
}

function list(node, indent, pieces) {
  const style = node.tagName === "OL" ? "ordered" : "bullet";
  let open = null;
  for (const child of node.children) {
    if (child.tagName === "UL" || child.tagName === "OL") {
      list(child, indent + 1, pieces);
      open = null;
      continue;
    }
    const inner = [...child.childNodes];
    const sub = inner.filter((n) => n.tagName === "UL" || n.tagName === "OL");
    const own = inner.filter((n) => !sub.includes(n)).flatMap((n) => words(n, {}, true));
    if (!open) pieces.push((open = { type: "rich_text_list", style, indent, elements: [] }));
    open.elements.push({ type: "rich_text_section", elements: joined(trimmed(own)) });
    for (const deeper of sub) {
      list(deeper, indent + 1, pieces);
      open = null;
    }
  }
}

function words(node, style, self = false) {
  if (node.nodeType === Node.TEXT_NODE) {
    const text = node.textContent.replace(/\u200b/g, "").replace(/\u00a0/g, " ");
    return text ? [piece({ type: "text", text }, style)] : [];
  }
  if (node.nodeType !== Node.ELEMENT_NODE) return [];
  if (node.tagName === "BR") return [{ type: "text", text: "\n" }];
  if (node.tagName === "A") return [piece({ type: "link", url: node.href, text: node.textContent }, style)];
  const next = self && STYLE[node.tagName] ? { ...style, [STYLE[node.tagName]]: true } : style;
  const found = [];
  node.childNodes.forEach((child, index) => {
    if (index && child.nodeType === Node.ELEMENT_NODE && BLOCKS.has(child.tagName)) found.push({ type: "text", text: "\n" });
    found.push(...words(child, next, true));
  });
  return found;
}

const piece = (element, style) => (Object.keys(style).length ? { ...element, style } : element);

function trimmed(elements) {
  const kept = [...elements];
  while (kept.length && kept[kept.length - 1].type === "text" && kept[kept.length - 1].text === "\n") kept.pop();
  return kept;
}

function joined(elements) {
  const out = [];
  for (const element of elements) {
    const last = out[out.length - 1];
    if (last && last.type === "text" && element.type === "text" && JSON.stringify(last.style) === JSON.stringify(element.style)) {
      out[out.length - 1] = { ...last, text: last.text + element.text };
    } else out.push(element);
  }
  return out;
}
