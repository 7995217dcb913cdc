// The editor of rich_text_input. Promise: what it holds is Slack rich_text JSON (sections, lists with depth, quotes,
// preformatted text; bold, italic, strike, code, links); pasted text comes in without its formatting.
import { h, icon } from "./dom.js";
import { plain } from "./mrkdwn.js";
import { richText } from "./rich_text.js";
import { readRichText } from "./rich_reading.js";
import { afterPause } from "./inputs.js";

const TOOLS = [
  ["bold", "Bold", "B", "b"], ["italic", "Italic", "I", "i"], ["strikeThrough", "Strikethrough", "S", "s"], ["code", "Code", "</>", null], ["link", "Link", null, "link"], null,
  ["insertOrderedList", "Numbered list", "1.", null], ["insertUnorderedList", "Bulleted list", "•", null], null,
  ["quote", "Quote", "❝", null], ["pre", "Code block", "{ }", null],
];

/** A rich_text_input element. */
export function richEditor(block, element, surface, extra) {
  const area = h("div", {
    class: "rich rich-area", contenteditable: "true", role: "textbox", "aria-multiline": "true", id: extra.id, "aria-labelledby": extra.labelledby,
    "aria-describedby": extra.describedby, "aria-label": extra.labelledby ? null : "Text", "data-placeholder": plain(element.placeholder) || "",
    "data-autofocus": element.focus_on_load ? "1" : null, spellcheck: "true",
  });
  const before = surface.value(block, element).rich_text_value;
  if (before) area.append(...richText(before).childNodes);
  const tells = block.type !== "input" || block.dispatch_action === true;
  const tellSoon = afterPause((chosen) => surface.act(block, element, chosen), 500);
  const wrap = h("div", { class: "control rich-editor" });
  const changed = () => {
    const chosen = { rich_text_value: readRichText(area) };
    area.classList.toggle("blank", chosen.rich_text_value === null);
    surface.set(block, element, chosen);
    if (tells) tellSoon(chosen);
  };
  area.classList.toggle("blank", !before);
  area.addEventListener("input", changed);
  area.addEventListener("paste", (event) => {
    event.preventDefault();
    document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
  });
  area.addEventListener("keydown", (event) => shortcuts(event, area, changed));
  if (element.min_visible_lines) area.style.minHeight = `${Math.min(element.min_visible_lines, 20) * 1.5 + 1}em`;
  if (element.max_visible_lines) area.style.maxHeight = `${element.max_visible_lines * 1.5 + 1}em`;
  wrap.append(toolbar(area, changed), area);
  return wrap;
}

function toolbar(area, changed) {
  const bar = h("div", { class: "rich-tools", role: "toolbar", "aria-label": "Formatting" });
  for (const tool of TOOLS) {
    if (!tool) {
      bar.append(h("span", { class: "rich-gap", "aria-hidden": "true" }));
      continue;
    }
    const [command, name, sign, look] = tool;
    bar.append(h("button", {
      type: "button", class: `icon-button rich-tool${look ? ` look-${look}` : ""}`, title: name, "aria-label": name, "data-command": command,
      onpointerdown: (event) => event.preventDefault(), onclick: () => apply(command, area, changed),
    }, sign || icon("link")));
  }
  return bar;
}

function shortcuts(event, area, changed) {
  const held = event.ctrlKey || event.metaKey;
  const command = held && {
    b: "bold",
    i: "italic",
    x: event.shiftKey ? "strikeThrough" : null,
    c: event.shiftKey ? "code" : null,
    u: "link",
  }[event.key.toLowerCase()];
  if (command) {
    event.preventDefault();
    apply(command, area, changed);
  } else if (event.key === "Tab" && inside(area, "li")) {
    event.preventDefault();
    document.execCommand(event.shiftKey ? "outdent" : "indent");
    changed();
  } else if (event.key === "Enter" && (inside(area, "pre") || (event.shiftKey && !inside(area, "li")))) {
    event.preventDefault();
    document.execCommand("insertLineBreak");
  }
}

function inside(area, selector) {
  const node = getSelection().anchorNode;
  const found = node && (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest(selector);
  return found && area.contains(found) ? found : null;
}

function apply(command, area, changed) {
  area.focus();
  if (command === "code") wrapCode(area);
  else if (command === "link") makeLink(area);
  else if (command === "quote") document.execCommand("formatBlock", false, inside(area, "blockquote") ? "div" : "blockquote");
  else if (command === "pre") document.execCommand("formatBlock", false, inside(area, "pre") ? "div" : "pre");
  else document.execCommand(command);
  changed();
}

function wrapCode(area) {
  const old = inside(area, "code");
  if (old) {
    old.replaceWith(...old.childNodes);
    return;
  }
  const range = getSelection().rangeCount ? getSelection().getRangeAt(0) : null;
  if (!range || !area.contains(range.commonAncestorContainer)) return;
  const code = h("code", null, range.toString() || "\u200b");
  range.deleteContents();
  range.insertNode(code);
  getSelection().selectAllChildren(code);
  if (code.textContent === "\u200b") getSelection().collapseToEnd();
}

function makeLink(area) {
  const old = inside(area, "a");
  if (old) {
    old.replaceWith(...old.childNodes);
    return;
  }
  const words = getSelection().toString();
  const range = getSelection().rangeCount ? getSelection().getRangeAt(0).cloneRange() : null;
  const form = h("form", { class: "rich-link" });
  const address = h(
    "input",
    { type: "url", class: "control", placeholder: "https://…", "aria-label": "Web address", required: true },
  );
  const end = () => {
    form.remove();
    area.focus();
  };
  form.append(
    address,
    h("button", { type: "submit", class: "button small" }, "Link"),
    h("button", { type: "button", class: "button small", onclick: end }, "Cancel"),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    end();
    if (range) {
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      const node = h("a", { href: address.value }, words || address.value);
      range.deleteContents();
      range.insertNode(node);
      getSelection().collapse(node.parentNode, [...node.parentNode.childNodes].indexOf(node) + 1);
    }
    area.dispatchEvent(new Event("input"));
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      end();
    }
  });
  area.before(form);
  address.focus();
}
