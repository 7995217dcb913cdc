// A place that shows blocks: a message, a modal's view, or the app's Home. Promise: what a person typed or chose is kept
// across updates for the same block_id and action_id; blocks that did not change keep their nodes, focus and caret.
import { post } from "./api.js";
import { askConfirm } from "./confirm.js";
import { renderBlock } from "./blocks.js";
import { state } from "./state.js";
import { failed } from "./toasts.js";
import { emptyValue, fieldError, isBlank } from "./values.js";

const key = (blockId, actionId) => `${blockId}\n${actionId}`;

export class Surface {
  /** `container` is what /client/action wants; `kept` is Slack's state.values to start from. */
  constructor(root, { kind, container, kept = null, label = "", onActed = null }) {
    Object.assign(this, { root, kind, container, label, onActed });
    this.root.classList.add("blocks");
    this.blocks = [];
    this.nodes = [];
    this.typed = new Map();
    this.errors = {};
    for (const [blockId, actions] of Object.entries(kept || {})) {
      for (const [actionId, value] of Object.entries(actions || {})) {
        // The server does not know where this tab is: an empty conversation may still default to the place that is open.
        if (value && !(value.type?.endsWith("conversations_select") && isBlank(value))) this.typed.set(key(blockId, actionId), value);
      }
    }
  }

  /** Shows these blocks in place of those before. */
  render(given) {
    const blocks = (given || []).map((block, index) => ({ ...block, block_id: block.block_id || `block-${index}` }));
    const focus = this.focusNow();
    const old = new Map(this.nodes.map((entry) => [entry.json, entry]));
    const before = new Map(this.blocks.map((b) => [b.block_id, b]));
    this.blocks = blocks;
    this.forgetGone(before);
    this.nodes = blocks.map((block) => {
      const json = JSON.stringify(block);
      const same = old.get(json);
      if (same) {
        old.delete(json);
        return same;
      }
      return { json, node: renderBlock(block, this) };
    });
    const keep = new Set(this.nodes.map((entry) => entry.node));
    for (const child of [...this.root.children]) if (!keep.has(child)) child.remove();
    this.nodes.forEach((entry, index) => {
      if (this.root.children[index] !== entry.node) this.root.insertBefore(entry.node, this.root.children[index] || null);
    });
    this.focusAgain(focus);
  }

  forgetGone(before) {
    const now = new Set();
    for (const [block, element] of this.elements()) now.add(key(block.block_id, element.action_id));
    if (!before.size) return;
    for (const name of [...this.typed.keys()]) if (!now.has(name)) this.typed.delete(name);
  }

  focusNow() {
    const active = document.activeElement;
    if (!active || !this.root.contains(active)) return null;
    const holder = active.closest("[data-action-id]");
    const block = active.closest("[data-block-id]");
    return {
      active, block: block && block.dataset.blockId, action: holder && holder.dataset.actionId,
      start: active.selectionStart, end: active.selectionEnd,
    };
  }

  focusAgain(focus) {
    if (!focus || focus.active === document.activeElement) return;
    const block = [...this.root.querySelectorAll("[data-block-id]")].find((n) => n.dataset.blockId === focus.block);
    // A block without an id of its own gets a new one at each update: then the action_id alone tells.
    const holder = focus.action && [...(block || this.root).querySelectorAll("[data-action-id]")].find((n) => n.dataset.actionId === focus.action);
    const target = holder && (holder.matches("button, a, input, textarea, [contenteditable]") ? holder
      : holder.querySelector("input, textarea, button, [contenteditable]"));
    if (!target) return;
    target.focus();
    if (typeof focus.start === "number" && target.setSelectionRange && /text|search|url|tel|password/.test(target.type || "text")) {
      target.setSelectionRange(focus.start, focus.end);
    }
  }

  /** Every element that keeps a value, with its block. */
  *elements() {
    for (const block of this.blocks) {
      let found = [];
      if (block.type === "input") found = [block.element];
      else if (block.type === "actions") found = block.elements || [];
      else if (block.type === "section" && block.accessory) found = [block.accessory];
      for (const element of found) if (element && emptyValue(element)) yield [block, element];
    }
  }

  /** The value now: typed here, or else the element's initial one. */
  value(block, element) {
    const typed = this.typed.get(key(block.block_id, element.action_id));
    return typed && typed.type === element.type ? typed : emptyValue(element);
  }

  set(block, element, value) {
    this.typed.set(key(block.block_id, element.action_id), { type: element.type, ...value });
    this.clearError(block.block_id);
  }

  /** Slack's state.values. */
  values() {
    const values = {};
    for (const [block, element] of this.elements()) {
      (values[block.block_id] ||= {})[element.action_id] = this.value(block, element);
    }
    return values;
  }

  /** Tells the app; false when the person answered "no" to the confirm dialog or the app could not be told. */
  async act(block, element, chosen, node = null) {
    if (element.confirm && !(await askConfirm(element.confirm))) return false;
    if (node) node.setAttribute("aria-busy", "true");
    const body = {
      user: state.user, container: this.container, block_id: block.block_id, action_id: element.action_id,
      chosen, state: { values: this.values() },
    };
    try {
      await post("action", body);
      if (this.onActed) this.onActed(element);
      return true;
    } catch (error) {
      failed(error);
      return false;
    } finally {
      if (node) node.removeAttribute("aria-busy");
    }
  }

  /** Asks the app for the options of an external select. */
  suggest(block, element, query) {
    return post(
      "suggest",
      { user: state.user, container: this.container, block_id: block.block_id, action_id: element.action_id, query },
    );
  }

  /** What is missing or malformed before submitting, by block_id. */
  check() {
    const errors = {};
    for (const block of this.blocks) {
      if (block.type !== "input" || !block.element) continue;
      const words = fieldError(block, this.value(block, block.element), this.fieldNode(block.block_id));
      if (words) errors[block.block_id] = words;
    }
    return errors;
  }

  fieldNode(blockId) {
    return [...this.root.querySelectorAll(".field")].find((n) => n.dataset.blockId === blockId) || null;
  }

  /** Shows errors at their fields and goes to the first; gives those that have no field here. */
  showErrors(errors) {
    for (const blockId of Object.keys(this.errors)) this.clearError(blockId);
    this.errors = { ...errors };
    let first = null;
    const homeless = [];
    for (const [blockId, words] of Object.entries(errors)) {
      const field = this.fieldNode(blockId);
      if (!field) {
        homeless.push(words);
        continue;
      }
      field.classList.add("has-error");
      const line = field.querySelector(".field-error");
      line.textContent = words;
      line.hidden = false;
      for (const n of field.querySelectorAll("input, textarea, [contenteditable]")) n.setAttribute("aria-invalid", "true");
      if (!first || field.compareDocumentPosition(first) & Node.DOCUMENT_POSITION_FOLLOWING) first = field;
    }
    const target = first && first.querySelector("input, textarea, [contenteditable], button");
    if (target) target.focus();
    return homeless;
  }

  clearError(blockId) {
    if (!(blockId in this.errors)) return;
    delete this.errors[blockId];
    const field = this.fieldNode(blockId);
    if (!field) return;
    field.classList.remove("has-error");
    const line = field.querySelector(".field-error");
    line.textContent = "";
    line.hidden = true;
    for (const n of field.querySelectorAll("[aria-invalid]")) n.removeAttribute("aria-invalid");
  }
}
