// What each kind of element keeps, in the shape Slack sends in state.values, and what Slack's own client checks before
// it submits. Promise: no document nodes are made here.
import { state } from "./state.js";

const START = {
  plain_text_input: (e) => ({ value: e.initial_value ?? null }),
  number_input: (e) => ({ value: e.initial_value ?? null }),
  email_text_input: (e) => ({ value: e.initial_value ?? null }),
  url_text_input: (e) => ({ value: e.initial_value ?? null }),
  rich_text_input: (e) => ({ rich_text_value: e.initial_value ?? null }),
  static_select: (e) => ({ selected_option: e.initial_option ?? null }),
  external_select: (e) => ({ selected_option: e.initial_option ?? null }),
  radio_buttons: (e) => ({ selected_option: e.initial_option ?? null }),
  multi_static_select: (e) => ({ selected_options: e.initial_options ?? [] }),
  multi_external_select: (e) => ({ selected_options: e.initial_options ?? [] }),
  checkboxes: (e) => ({ selected_options: e.initial_options ?? [] }),
  users_select: (e) => ({ selected_user: e.initial_user ?? null }),
  multi_users_select: (e) => ({ selected_users: e.initial_users ?? [] }),
  channels_select: (e) => ({ selected_channel: e.initial_channel ?? null }),
  multi_channels_select: (e) => ({ selected_channels: e.initial_channels ?? [] }),
  conversations_select: (e) => ({ selected_conversation: e.initial_conversation ?? (e.default_to_current_conversation ? state.place.channel : null) }),
  multi_conversations_select: (e) => ({ selected_conversations: e.initial_conversations ?? (e.default_to_current_conversation && state.place.channel ? [state.place.channel] : []) }),
  datepicker: (e) => ({ selected_date: e.initial_date ?? null }),
  timepicker: (e) => ({ selected_time: e.initial_time ?? null }),
  datetimepicker: (e) => ({ selected_date_time: e.initial_date_time ?? null }),
  file_input: () => ({ files: [] }),
};

/** The value of an untouched element, or null for one that keeps none (buttons, menus). */
export function emptyValue(element) {
  const make = START[element.type];
  return make ? { type: element.type, ...make(element) } : null;
}

/** The part of a value that says what was chosen. */
export function chosenPart(value) {
  return Object.entries(value).find(([name]) => name !== "type")[1];
}

/** Whether nothing was entered. */
export function isBlank(value) {
  const part = value ? chosenPart(value) : null;
  return part === null || part === undefined || part === "" || (Array.isArray(part) && part.length === 0)
    || (typeof part === "string" && part.trim() === "");
}

const thousands = (number) => Number(number).toLocaleString("en-GB");

function lengthError(element, text) {
  if (element.min_length && text.length < element.min_length) return `Write at least ${thousands(element.min_length)} characters.`;
  if (element.max_length && text.length > element.max_length) {
    return `This is ${thousands(text.length - element.max_length)} characters too long; ${thousands(element.max_length)} fit.`;
  }
  return null;
}

function numberError(element, text) {
  const number = Number(text);
  if (!Number.isFinite(number)) return "Enter a number.";
  if (!element.is_decimal_allowed && !Number.isInteger(number)) return "Enter a whole number.";
  if (element.min_value !== undefined && number < Number(element.min_value)) return `Enter ${thousands(element.min_value)} or more.`;
  if (element.max_value !== undefined && number > Number(element.max_value)) return `Enter ${thousands(element.max_value)} or less.`;
  return null;
}

function urlError(text) {
  try {
    return /^https?:$/.test(new URL(text).protocol) ? null : "Enter a web address that begins with http:// or https://.";
  } catch {
    return "Enter a whole web address, beginning with http:// or https://.";
  }
}

/** The sentence for a field that Slack's client would not submit, or null. */
export function fieldError(block, value, field) {
  const element = block.element;
  if (field && [...field.querySelectorAll("input")].some((n) => n.validity && n.validity.badInput)) {
    return element.type === "number_input" ? "Enter a number." : "Complete this date or time, or clear it.";
  }
  if (isBlank(value)) return block.optional ? null : "Please complete this required field.";
  const text = String(value.value ?? "");
  switch (element.type) {
    case "plain_text_input": return lengthError(element, text);
    case "number_input": return numberError(element, text);
    case "email_text_input": return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text.trim()) ? null : "Enter an email address, for example mara@example.com.";
    case "url_text_input": return urlError(text.trim());
    default: return null;
  }
}
