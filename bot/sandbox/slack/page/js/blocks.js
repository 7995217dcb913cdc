// Draws blocks as Slack draws them. Promise: every block type has a drawing; an unknown one is a quiet box naming its
// type, so that nothing an app sends disappears without a word.
import { chart } from "./charts.js";
import { fileUrl } from "./api.js";
import { h, icon, link, safeUrl } from "./dom.js";
import { renderElement } from "./elements.js";
import { field } from "./fields.js";
import { markdown } from "./markdown.js";
import { plain, textObject } from "./mrkdwn.js";
import { richText } from "./rich_text.js";
import { state } from "./state.js";
import { dataTable, table } from "./tables.js";

const DRAW = {
  section, header, context, actions, image, alert: alertBlock, card, carousel, container, file: fileBlock, video,
  context_actions: contextActions, task_card: taskCard, plan,
  divider: () => h("hr", { class: "b-divider" }),
  input: field,
  rich_text: (block) => richText(block),
  markdown: (block) => markdown(block.text || ""),
  table: (block) => table(block),
  data_table: (block) => dataTable(block),
  data_visualization: (block) => chart(block),
};

/** One block as a node that carries its block_id. */
export function renderBlock(block, surface) {
  let node;
  try {
    node = (DRAW[block.type] || unknown)(block, surface);
  } catch (error) {
    node = h("div", { class: "b-unknown" }, icon("warn"), `This ${block.type} block cannot be drawn: ${error.message}`);
  }
  node.classList.add("b", `b-${String(block.type).replace(/_/g, "-")}`);
  node.dataset.blockId = block.block_id;
  if (block.type !== "input") node.dataset.testid = `block-${block.block_id}`;
  return node;
}

function unknown(block) {
  return h(
    "div",
    { class: "b-unknown" },
    icon("info"),
    h("span", null, "A block of type ", h("code", null, String(block.type)), ", which this practice workspace does not draw."),
  );
}

function section(block, surface) {
  const words = h("div", { class: "section-words" });
  if (block.text) words.append(textObject(block.text));
  if (block.fields) {
    words.append(h(
      "div",
      { class: "section-fields" },
      block.fields.map((f) => h("div", { class: "section-field" }, textObject(f))),
    ));
  }
  const node = h("div", null, words);
  if (block.accessory) {
    const picture = block.accessory.type === "image";
    node.append(h("div", { class: picture ? "accessory accessory-image" : "accessory" },
      picture ? thumbnail(block.accessory) : renderElement(block, block.accessory, surface)));
  }
  return node;
}

function header(block) {
  return h("div", { role: "heading", "aria-level": "3" }, plain(block.text));
}

function context(block) {
  return h("div", null, (block.elements || []).map((element) =>
    element.type === "image" ? thumbnail(element, "context-image") : h("div", { class: "context-text" }, textObject(element))));
}

function actions(block, surface) {
  return h("div", null, (block.elements || []).map((element) => renderElement(block, element, surface)));
}

/** The address of an image of any form: image_url, or a file in the workspace. */
function imageSource(object) {
  if (object.image_url) return safeUrl(object.image_url) || object.image_url;
  const file = object.slack_file || {};
  if (file.id) return fileUrl({ id: file.id, name: "image" }, state.user);
  const found = /\b(F[A-Z0-9]{4,})\b/.exec(file.url || "");
  return found ? fileUrl({ id: found[1], name: "image" }, state.user) : null;
}

function thumbnail(object, className = "thumbnail") {
  const picture = h("img", { src: imageSource(object), alt: object.alt_text || "", class: className, loading: "lazy" });
  picture.addEventListener(
    "error",
    () => picture.replaceWith(h("span", { class: "image-broken small" }, object.alt_text || "picture")),
  );
  return picture;
}

/** A picture with its title; one that does not load says so and gives its description. */
export function image(block) {
  const source = imageSource(block);
  const picture = h("img", { src: source, alt: block.alt_text || "", loading: "lazy" });
  const frame = h(
    "a",
    {
      class: "image-frame",
      href: source && safeUrl(new URL(source, location.href).href),
      target: "_blank",
      rel: "noopener noreferrer",
    },
    picture,
  );
  picture.addEventListener("error", () => {
    frame.replaceWith(h(
      "div",
      { class: "image-broken" },
      icon("warn"),
      h("span", null, "This picture could not be loaded. ", block.alt_text || ""),
    ));
  });
  return h("figure", null, block.title ? h("figcaption", null, plain(block.title)) : null, frame);
}

const LEVEL_ICON = { default: "info", info: "info", warning: "warn", error: "warn", success: "check" };

function alertBlock(block) {
  const level = LEVEL_ICON[block.level] ? block.level : "default";
  return h(
    "div",
    { class: `alert-${level}`, role: "note", "aria-label": level === "default" ? "notice" : level },
    icon(LEVEL_ICON[level]),
    h("div", null, textObject(block.text)),
  );
}

function card(block, surface) {
  const node = h("div", { class: "card" });
  if (block.hero_image) node.append(h("div", { class: "card-hero" }, thumbnail(block.hero_image, "card-hero-image")));
  const words = h("div", { class: "card-words" });
  if (block.title) words.append(h("div", { class: "card-title" }, textObject(block.title)));
  if (block.subtitle) words.append(h("div", { class: "card-subtitle" }, textObject(block.subtitle)));
  node.append(h("div", { class: "card-head" }, block.icon ? thumbnail(block.icon, "card-icon") : null, words));
  if (block.body) node.append(h("div", { class: "card-body" }, textObject(block.body)));
  if (block.subtext) node.append(h("div", { class: "card-subtitle" }, textObject(block.subtext)));
  if (block.actions) node.append(h("div", { class: "card-actions" }, block.actions.map((e) => renderElement(block, e, surface))));
  return node;
}

function carousel(block, surface) {
  return h("div", { tabindex: "0", role: "group", "aria-label": "Cards" },
    (block.elements || []).map((one, index) => renderBlock(
      { ...one, type: "card", block_id: one.block_id || `${block.block_id}-${index}` },
      surface,
    )));
}

function container(block, surface) {
  const title = block.rich_text_title ? richText(block.rich_text_title) : textObject(block.title);
  const children = (block.child_blocks || []).map((child, index) => renderBlock(
    { ...child, block_id: child.block_id || `${block.block_id}-${index}` },
    surface,
  ));
  const words = [
    h("div", { class: "card-title" }, title),
    block.subtitle ? h("div", { class: "card-subtitle" }, textObject(block.subtitle)) : null,
  ];
  if (block.is_collapsible) return h(
    "details",
    { class: "card", open: !block.default_collapsed },
    h("summary", null, words),
    children,
  );
  return h("div", { class: "card" }, words, children);
}

function fileBlock(block) {
  return h(
    "div",
    { class: "file-card" },
    icon("file", 20),
    h("span", null, `File kept elsewhere (${block.external_id || block.source || "remote"})`),
  );
}

function video(block) {
  const title = plain(block.title);
  return h("div", { class: "card" }, h(
    "div",
    { class: "card-title" },
    block.title_url ? link(block.title_url, title) : link(block.video_url, title),
  ),
    block.author_name ? h("div", { class: "card-subtitle" }, block.author_name) : null,
    block.description ? h("div", { class: "card-body" }, textObject(block.description)) : null,
    h("div", { class: "card-subtitle" }, link(block.video_url, "Play the video")));
}

function contextActions(block, surface) {
  return h("div", null, (block.elements || []).map((element) => renderElement(block, element, surface)));
}

const TASK_WORDS = { pending: "waiting", in_progress: "working", complete: "done", error: "failed" };

function taskCard(block) {
  const node = h(
    "div",
    { class: "card" },
    h(
      "div",
      { class: "card-title" },
      `${plain(block.title)} `,
      h("span", { class: "pill" }, TASK_WORDS[block.status] || block.status || ""),
    ),
  );
  for (const part of [block.details, block.output]) if (part) node.append(richText(part));
  return node;
}

function plan(block) {
  return h("div", { class: "card" }, h("div", { class: "card-title" }, plain(block.title)), (block.tasks || []).map(taskCard));
}
