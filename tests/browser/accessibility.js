// What a screen reader and tired eyes need of a page; evaluated in it by accessibility.py, gives complaints in words.
() => {
  const found = [];
  const shown = (el) => {
    if (!el.isConnected || el.closest("[hidden], [inert]")) return false;
    const box = el.getBoundingClientRect(), style = getComputedStyle(el);
    return box.width > 0 && box.height > 0 && style.visibility === "visible" && style.display !== "none";
  };
  const say = (words, el) => found.push(`${words}: ${el.outerHTML.replace(/\s+/g, " ").slice(0, 160)}`);
  const text = (el) => el.textContent.trim() || [...el.querySelectorAll("[aria-label], img[alt], svg title")]
    .map((e) => e.getAttribute("aria-label") || e.getAttribute("alt") || e.textContent).join(" ").trim();
  const byId = (el, name) => (el.getAttribute(name) || "").split(/\s+/).filter(Boolean).map((id) => document.getElementById(id));
  const nameOf = (el) => {
    const labelled = byId(el, "aria-labelledby").filter(Boolean).map(text).join(" ").trim();
    if (labelled) return labelled;
    if ((el.getAttribute("aria-label") || "").trim()) return el.getAttribute("aria-label").trim();
    const labels = [...(el.labels || [])].map(text).join(" ").trim();
    if (labels) return labels;
    if (["INPUT", "SELECT", "TEXTAREA"].includes(el.tagName)) {
      return ["submit", "button", "reset"].includes(el.type) ? el.value : (el.title || "").trim();
    }
    const fromContent = !["textbox", "listbox", "combobox", "dialog"].includes(el.getAttribute("role"));
    return (fromContent ? text(el) : "") || (el.title || "").trim();
  };

  // 1. Everything that can be used has a name; pictures have a text; dialogs and regions say what they are.
  const usable = "a[href], button, input:not([type=hidden]), select, textarea, summary, [contenteditable=true],"
    + "[role=button], [role=link], [role=textbox], [role=combobox], [role=checkbox], [role=radio], [role=tab],"
    + "[role=option], [role=menuitem], [role=switch], [role=slider], [role=application], [tabindex='0']";
  for (const el of document.querySelectorAll(usable)) {
    if (!shown(el) || el.closest("[aria-hidden=true]")) continue;
    if (!nameOf(el)) say("no name", el);
  }
  for (const el of document.querySelectorAll("img, [role=img]")) {
    if (!shown(el) || el.closest("[aria-hidden=true]")) continue;
    if (el.tagName === "IMG" ? !el.hasAttribute("alt") : !nameOf(el)) say("no text for the picture", el);
  }
  for (const el of document.querySelectorAll("dialog[open], [role=dialog], [role=listbox], [role=menu], [role=log]")) {
    if (shown(el) && !nameOf(el) && !(el.getAttribute("aria-label") || "").trim()) say("no name", el);
  }
  for (const el of document.querySelectorAll("[aria-hidden=true] :is(a[href], button, input, select, textarea)")) {
    if (shown(el) && el.tabIndex >= 0 && !el.disabled) say("can be focused but is hidden from readers", el);
  }

  // 2. References hold, ids are one of a kind, roles exist and say what they must.
  const ids = new Map();
  for (const el of document.querySelectorAll("[id]")) ids.set(el.id, [...(ids.get(el.id) || []), el]);
  for (const [id, els] of ids) if (els.length > 1) say(`the id ${id} is there ${els.length} times`, els[1]);
  for (const name of ["aria-labelledby", "aria-describedby", "aria-activedescendant", "aria-owns"]) {
    for (const el of document.querySelectorAll(`[${name}]`)) {
      if (shown(el) && byId(el, name).some((e) => !e)) say(`${name} names nothing`, el);
    }
  }
  for (const el of document.querySelectorAll("label[for]")) {
    if (shown(el) && !document.getElementById(el.htmlFor)) say("a label of nothing", el);
  }
  const roles = new Set(("alert alertdialog application article banner button cell checkbox columnheader combobox complementary"
    + " contentinfo definition dialog document feed figure form grid gridcell group heading img link list listbox listitem log"
    + " main menu menubar menuitem menuitemcheckbox menuitemradio meter navigation none note option presentation progressbar"
    + " radio radiogroup region row rowgroup rowheader search searchbox separator slider spinbutton status switch tab table"
    + " tablist tabpanel term textbox timer toolbar tooltip tree treeitem").split(" "));
  const needs = { combobox: "aria-expanded", checkbox: "aria-checked", radio: "aria-checked", switch: "aria-checked",
    slider: "aria-valuenow", option: "aria-selected", tab: "aria-selected", heading: "aria-level" };
  for (const el of document.querySelectorAll("[role]")) {
    const role = el.getAttribute("role");
    if (!roles.has(role)) say(`no such role as ${role}`, el);
    const native = el.tagName === "INPUT" && ["checkbox", "radio", "range"].includes(el.type);
    if (needs[role] && !native && shown(el) && !el.hasAttribute(needs[role])) say(`${role} without ${needs[role]}`, el);
  }
  for (const el of document.querySelectorAll("[tabindex]")) if (el.tabIndex > 0) say("jumps the queue (tabindex)", el);

  // 3. The page says its language, its name, its main part, and its headings skip no level.
  if (!document.documentElement.lang) found.push("the page has no language");
  if (!document.title.trim()) found.push("the page has no title");
  if (![...document.querySelectorAll("main, [role=main]")].some(shown)) found.push("the page has no main part");
  if (!document.querySelector("h1, [role=heading][aria-level='1']")) found.push("the page has no first heading");

  // 4. Text can be read: 4.5 to 1, large text 3 to 1 (WCAG 2, AA).
  const parse = (css) => {
    const canvas = parse.context || (parse.context = document.createElement("canvas").getContext("2d", { willReadFrequently: true }));
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = css; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const groundOf = (el) => {
    const layers = [];
    for (let at = el; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== "none") return null;
      const colour = parse(style.backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
      if (at.tagName === "DIALOG") break;
    }
    const canvas = matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18, 1] : [255, 255, 255, 1];
    return layers.reverse().reduce((below, top) => over(top, below), canvas);
  };
  const light = (c) => [0, 1, 2].map((i) => c[i] / 255).map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const open = [...document.querySelectorAll("dialog[open]")].pop();
  const seen = new Set();
  while (walker.nextNode()) {
    const el = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || seen.has(el) || !shown(el)) continue;
    if (open && !open.contains(el)) continue;
    seen.add(el);
    if (el.closest(":disabled, [aria-disabled=true], .visually-hidden, script, style, noscript, option")) continue;
    const style = getComputedStyle(el), ground = groundOf(el);
    if (!ground) continue;
    let ink = parse(style.color);
    let faded = 1;
    for (let at = el; at; at = at.parentElement) faded *= Number(getComputedStyle(at).opacity);
    ink = over([...ink.slice(0, 3), ink[3] * faded], ground);
    const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05), size = parseFloat(style.fontSize);
    const enough = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    if (ratio + 0.01 < enough) say(`contrast ${ratio.toFixed(2)} of ${enough}`, el);
  }

  // 5. Nothing sticks out to the side.
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) found.push(`the page is ${wide} pixels wider than the window`);
  return found;
}
