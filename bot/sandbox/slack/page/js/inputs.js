// Text, number, email, address, date, time and file inputs. Promise: what is typed is in the surface's values at every
// keystroke; the app hears of it only when the input block says so (dispatch_action).
import { ApiError, upload } from "./api.js";
import { h, icon, iconButton } from "./dom.js";
import { plain } from "./mrkdwn.js";
import { state } from "./state.js";

const KIND = { number_input: "number", email_text_input: "email", url_text_input: "url" };
const tells = (block) => block.type !== "input" || block.dispatch_action === true;

const aria = (extra, element) => ({
  id: extra.id, "aria-describedby": extra.describedby, "aria-required": extra.required ? "true" : null,
  "aria-label": extra.id ? null : plain(element.placeholder) || element.action_id,
});

/** Calls `fn` once typing has paused. */
export function afterPause(fn, pause) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => fn(...given), pause);
  };
}

/** plain_text_input (one line or many), number, email and URL inputs. */
export function textInput(block, element, surface, extra) {
  const triggers = (element.dispatch_action_config || {}).trigger_actions_on || ["on_enter_pressed"];
  const many = element.type === "plain_text_input" && element.multiline;
  const wrap = h("div", { class: "text-input" });
  const counter = element.max_length ? h("span", { class: "counter", "aria-hidden": "true" }) : null;
  const count = () => {
    if (!counter) return;
    const left = element.max_length - input.value.length;
    counter.textContent = String(left);
    counter.classList.toggle("over", left < 0);
    counter.hidden = left > Math.max(20, element.max_length * 0.2);
  };
  const tell = () => surface.act(block, element, { value: input.value || null });
  const tellSoon = afterPause(tell, 350);
  let step = null;
  if (element.type === "number_input") step = element.is_decimal_allowed ? "any" : "1";
  const input = h(many ? "textarea" : "input", {
    ...aria(extra, element), type: many ? null : KIND[element.type] || "text", class: "control", rows: many ? 4 : null,
    placeholder: plain(element.placeholder) || null, autocomplete: "off", "data-autofocus": element.focus_on_load ? "1" : null,
    step,
    min: element.min_value, max: element.max_value, value: surface.value(block, element).value ?? "",
    oninput: () => {
      surface.set(block, element, { value: input.value === "" ? null : input.value });
      count();
      if (tells(block) && triggers.includes("on_character_entered")) tellSoon();
    },
    onkeydown: (event) => {
      if (event.key !== "Enter" || event.isComposing || many) return;
      if (tells(block) && triggers.includes("on_enter_pressed")) {
        event.preventDefault();
        event.stopPropagation();
        tell();
      }
    },
  });
  wrap.append(input);
  if (counter) wrap.append(counter);
  count();
  return wrap;
}

const DATES = {
  datepicker: { type: "date", name: "selected_date", read: (text) => text || null, show: (value) => value || "" },
  timepicker: { type: "time", name: "selected_time", read: (text) => text || null, show: (value) => value || "" },
  datetimepicker: {
    type: "datetime-local", name: "selected_date_time",
    read: (text) => (text ? Math.floor(new Date(text).getTime() / 1000) : null),
    show: (value) => {
      if (!value) return "";
      const local = new Date(value * 1000 - new Date(value * 1000).getTimezoneOffset() * 60000);
      return local.toISOString().slice(0, 16);
    },
  },
};

/** datepicker, timepicker, datetimepicker: the browser's own, which work by keyboard. */
export function dateInput(block, element, surface, extra) {
  const kind = DATES[element.type];
  // A browser reports each part of a date as it is typed: wait until the person is done.
  const tellSoon = afterPause((chosen) => surface.act(block, element, chosen), 700);
  const input = h("input", {
    ...aria(extra, element), type: kind.type, class: "control control-date", "data-autofocus": element.focus_on_load ? "1" : null,
    title: plain(element.placeholder) || null, value: kind.show(surface.value(block, element)[kind.name]),
    oninput: () => {
      const chosen = { [kind.name]: kind.read(input.value) };
      surface.set(block, element, chosen);
      if (tells(block) && chosen[kind.name] !== null) tellSoon(chosen);
    },
  });
  return h("div", { class: "date-input" }, input);
}

function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

const LIMIT = 10 * 1000 * 1000;

/** A file's name and size on a small card, with a way to take it off. */
export function fileChip(file, onRemove) {
  return h("span", { class: "chip file-chip" }, icon("file"), h("span", null, file.name || file.title), h("span", { class: "chip-note" }, size(file.size || 0)),
    onRemove ? iconButton("close", `Remove ${file.name}`, onRemove) : null);
}

/** file_input: files go to the workspace when they are chosen, as Slack does. */
export function fileInput(block, element, surface, extra) {
  const most = element.max_files || 10;
  const types = (element.filetypes || []).map((t) => `.${t}`).join(",");
  const wrap = h("div", { class: "file-input" });
  const list = h("div", { class: "chips" });
  const status = h("span", { class: "file-status", role: "status" });
  const now = () => surface.value(block, element).files || [];
  const show = () => {
    list.replaceChildren(...now().map((file) => fileChip(file, () => {
      surface.set(block, element, { files: now().filter((f) => f.id !== file.id) });
      show();
    })));
    list.hidden = now().length === 0;
    pick.hidden = now().length >= most;
  };
  const take = async (files) => {
    const big = files.find((f) => f.size > LIMIT);
    try {
      if (now().length + files.length > most) throw new ApiError(
        "too_many",
        `At most ${most} file${most === 1 ? "" : "s"} here.`,
      );
      if (big) throw new ApiError("file_too_large", `${big.name} is larger than 10 MB, the most that this field takes.`);
      status.textContent = "Uploading…";
      const kept = await upload(state.user, files);
      surface.set(block, element, { files: [...now(), ...kept] });
      status.textContent = "";
      if (tells(block)) surface.act(block, element, { files: now() });
    } catch (error) {
      status.textContent = "";
      surface.showErrors({ [block.block_id]: error.message });
    }
    show();
  };
  const hidden = h("input", { type: "file", class: "visually-hidden", multiple: most > 1, accept: types || null, ...aria(extra, element),
    onchange: () => {
      const files = [...hidden.files];
      hidden.value = "";
      if (files.length) take(files);
    } });
  const pick = h("label", { class: "button file-pick" }, icon("plus"), most > 1 ? " Add files" : " Add a file", hidden);
  const note = h(
    "span",
    { class: "file-note" },
    `${types ? `${types.replace(/,/g, ", ")} · ` : ""}up to 10 MB${most > 1 ? ` each, ${most} at most` : ""}`,
  );
  wrap.append(list, h("div", { class: "file-row" }, pick, note, status));
  show();
  return wrap;
}
