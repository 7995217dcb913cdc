// Builds document nodes. Promise: whatever comes from data is set as text or as a checked attribute, never parsed
// as HTML, so no message can bring its own markup or script.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2).toLowerCase(), value);
    else if (name === "text") node.textContent = value;
    else if (name === "style") Object.assign(node.style, value);
    else if (name === "value") node.value = value;
    else if (name === "checked") node.checked = true;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  append(node, children);
  return node;
}

function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** An HTML element; `on…` props are listeners, null and false props are left out. */
export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** An SVG element. */
export function svg(tag, props, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

const PATHS = {
  hash: "M6 2.5 4.8 13.5M11.2 2.5 10 13.5M2.5 5.8h11M2 10.2h11",
  lock: "M4 7V5a4 4 0 0 1 8 0v2M3.5 7h9v6.5h-9z",
  close: "M4 4l8 8M12 4l-8 8",
  plus: "M8 3v10M3 8h10",
  down: "M4 6l4 4 4-4",
  left: "M10 4 6 8l4 4",
  right: "M6 4l4 4-4 4",
  menu: "M2.5 4h11M2.5 8h11M2.5 12h11",
  more: "M8 3.2v.1M8 8v.1M8 12.8v.1",
  reply: "M13.5 8c0 2.8-2.5 5-5.5 5-.9 0-1.7-.2-2.5-.5L2.5 13.3l.9-2.5C2.8 10 2.5 9 2.5 8c0-2.8 2.5-5 5.5-5s5.5 2.2 5.5 5z",
  smile: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM5.5 9.5c1.2 1.9 3.8 1.9 5 0M6 6.2v.6M10 6.2v.6",
  send: "M2.5 13.5 14 8 2.5 2.5 4 8zM4 8h5",
  bolt: "M9 1.5 3.5 9H8l-1 5.5L12.5 7H8z",
  at: "M10.5 8a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zm0 0v1c0 1 .7 1.5 1.5 1.5S13.7 9.7 13.7 8A5.7 5.7 0 1 0 11 12.8",
  slash: "M10.5 2.5 5.5 13.5",
  check: "M3 8.5 6.5 12 13 4.5",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  trash: "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.5 9h6l.5-9",
  file: "M4 1.5h5L12.5 5v9.5h-8.5zM9 1.5V5h3.5",
  people: "M6 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M10.5 3.2a2.5 2.5 0 0 1 0 4.6M12 9.8c1.5.6 2.5 1.9 2.5 3.7",
  info: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.2V11M8 5v.1",
  warn: "M8 2 1.5 13.5h13zM8 6.5v3.5M8 11.8v.1",
  up: "M6.5 14V9H3.5L8 2.5 12.5 9H9.5v5z",
  link: "M7 9a2.5 2.5 0 0 0 3.6 0l2.4-2.4A2.5 2.5 0 0 0 9.4 3L8.3 4.1M9 7a2.5 2.5 0 0 0-3.6 0L3 9.4A2.5 2.5 0 0 0 6.6 13l1.1-1.1",
};

/** Puts children in place of those there are; null and false are left out. */
export function replace(node, ...children) {
  node.replaceChildren();
  append(node, children);
}

/** A small line icon that takes the colour of the text around it; decoration only, hidden from screen readers. */
export function icon(name, size = 16) {
  return svg(
    "svg",
    { viewBox: "0 0 16 16", width: size, height: size, class: `icon icon-${name}`, "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[name] || PATHS.info }),
  );
}

/** The app's picture: a tag with a tick. */
export function appPicture(label) {
  return svg(
    "svg",
    {
      viewBox: "0 0 36 36",
      class: "avatar-art",
      role: label ? "img" : null,
      "aria-label": label,
      "aria-hidden": label ? null : "true",
    },
    svg("rect", { width: 36, height: 36, class: "art-ground" }),
    svg(
      "path",
      {
        d: "M8 9.5h10.2L28.5 19.8a2.2 2.2 0 0 1 0 3.1l-5.6 5.6a2.2 2.2 0 0 1-3.1 0L9.5 18.2A5 5 0 0 1 8 14.7z",
        class: "art-tag",
      },
    ),
    svg("circle", { cx: 13, cy: 14.3, r: 1.9, class: "art-hole" }),
    svg("path", { d: "M16.5 20.3l2.7 2.7 5-5", class: "art-tick" }),
  );
}

/** Initials on the person's colour, or the app's picture for the bot. */
export function avatar(person, size = "m") {
  if (!person || person.is_bot) {
    return h("span", { class: `avatar avatar-${size} avatar-app`, "aria-hidden": "true" }, appPicture());
  }
  const name = person.real_name || person.name || "?";
  const letters = person.initials || name.split(/\s+/).map((w) => w[0]).join("").slice(0, 2).toUpperCase();
  const colour = /^#?[0-9a-f]{6}$/i.test(person.color || "") ? `#${person.color.replace("#", "")}` : "#5b6472";
  return h("span", { class: `avatar avatar-${size}`, style: { backgroundColor: colour }, "aria-hidden": "true" }, letters);
}

/** A square button with an icon and a name for screen readers and the tooltip. */
export function iconButton(name, label, onclick, props = {}) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...props }, icon(name));
}

/** Only addresses a browser may open safely; anything else is null and is shown as text. */
export function safeUrl(url) {
  try {
    const parsed = new URL(url);
    return ["http:", "https:", "mailto:", "tel:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** A link that opens in a new tab, or plain text where the address is none. */
export function link(url, ...children) {
  const href = safeUrl(url);
  const shown = children.length ? children : [url];
  if (!href) return h("span", null, ...shown);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...shown);
}

let counter = 0;
/** An id no other node of this page has. */
export function freshId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}
