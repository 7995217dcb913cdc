// The journal: every request the practice Slack received or sent, newest first. Promise: opened entries stay open while
// new ones come in; what apps sent is shown as text only.
import { h } from "./dom.js";

const $ = (id) => document.getElementById(id);
const entries = [];
const nodes = new Map();
let after = 0;
const MOST_SHOWN = 400;

/** Reads what is new; an entry that was still without an answer is read again until it has one. */
async function load() {
  const open = entries.find((entry) => entry.status === null && entry.n > after - 200);
  const answer = await fetch(`/_control/journal?after=${open ? open.n - 1 : after}`, { headers: { accept: "application/json" } });
  const fresh = (await answer.json()).entries || [];
  for (const entry of fresh) {
    const at = entry.n <= after ? entries.findIndex((old) => old.n === entry.n) : -1;
    if (at >= 0 && entries[at].status === null && entry.status !== null) {
      entries[at] = entry;
      nodes.delete(entry.n);
    } else if (at < 0) entries.push(entry);
    after = Math.max(after, entry.n);
  }
  if (fresh.length) show();
  note();
}

function pretty(value) {
  if (value === null || value === undefined || value === "") return "(nothing)";
  if (typeof value !== "string") return JSON.stringify(value, null, 2);
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}

function entryNode(entry) {
  if (nodes.has(entry.n)) return nodes.get(entry.n);
  const when = new Date(typeof entry.at === "number" ? entry.at * 1000 : entry.at);
  const answer = typeof entry.response === "object" ? entry.response : null;
  const bad = entry.status === 0 || Number(entry.status) >= 400 || (answer && answer.ok === false);
  let words = String(entry.status ?? "waiting");
  if (answer && answer.ok === false) words = `${entry.status ?? ""} ${answer.error}`.trim();
  else if (entry.status === 0) words = "no answer";
  const body = h("div", { class: "entry-body" });
  const node = h("details", { class: "entry", "data-testid": `entry-${entry.n}`, ontoggle: () => {
    if (!node.open || body.childNodes.length) return;
    body.append(
      h("div", null, h("h3", null, "Request"), h("pre", { tabindex: "0" }, pretty(entry.request))),
      h("div", null, h("h3", null, "Answer"), h("pre", { tabindex: "0" }, pretty(entry.response))),
    );
  } },
  h("summary", null, h("span", { class: "n" }, String(entry.n)), h(
    "span",
    { class: "at", title: when.toISOString() },
    when.toLocaleTimeString("en-GB"),
  ),
    h(
      "span",
      { class: "way" },
      entry.direction === "to_app" ? "Slack → app" : "app → Slack",
    ), h("span", { class: "operation" }, entry.operation),
    entry.fault ? h("span", { class: "fault" }, `fault: ${entry.fault}`) : h("span"), h("span", { class: bad ? "bad" : "" }, words)), body);
  nodes.set(entry.n, node);
  return node;
}

function fits(entry, words) {
  if (!words) return true;
  if (!entry.text) entry.text = `${entry.operation} ${entry.direction} ${entry.status} ${entry.fault || ""} ${JSON.stringify(entry.request)} ${JSON.stringify(entry.response)}`.toLowerCase();
  return words.split(/\s+/).every((word) => entry.text.includes(word));
}

let found = [];
function show() {
  const words = $("filter").value.trim().toLowerCase();
  found = entries.filter((entry) => fits(entry, words));
  const wanted = found.slice(-MOST_SHOWN).reverse().map(entryNode);
  const root = $("entries");
  const keep = new Set(wanted);
  for (const child of [...root.children]) if (!keep.has(child)) child.remove();
  wanted.forEach((node, index) => {
    if (root.children[index] !== node) root.insertBefore(node, root.children[index] || null);
  });
}

function note() {
  const all = entries.length.toLocaleString("en-GB");
  const shown = Math.min(found.length, MOST_SHOWN).toLocaleString("en-GB");
  $("note").textContent = entries.length ? `${shown} shown of ${all}` : "Nothing has been received yet.";
}

$("filter").addEventListener("input", () => {
  show();
  note();
});

async function keepUp() {
  if ($("live").checked && !document.hidden) {
    try {
      await load();
    } catch {
      $("note").textContent = "The practice workspace does not answer. Trying again…";
    }
  }
  setTimeout(keepUp, 1500);
}
keepUp();
