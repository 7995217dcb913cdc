// The banner of the first minute. Promise: shown until somebody dismisses it in this browser, then not again.
import { h, iconButton, replace } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { state } from "./state.js";

const KEY = "practice-banner-dismissed";

/** Draws it from boot.banner: {text, title?, steps?:[text]} or a string. */
export function drawBanner(root) {
  const banner = typeof state.banner === "string" ? { text: state.banner } : state.banner;
  const mark = banner ? JSON.stringify(banner) : null;
  let seen = null;
  try {
    seen = localStorage.getItem(KEY);
  } catch {
    seen = null;
  }
  root.hidden = !banner || seen === mark;
  if (root.hidden) {
    replace(root);
    return;
  }
  const dismiss = () => {
    try {
      localStorage.setItem(KEY, mark);
    } catch {
      // A browser without storage shows the banner again next time; nothing is lost.
    }
    root.hidden = true;
  };
  replace(root, h("div", { class: "banner-words" }, banner.title ? h("strong", null, banner.title) : null, banner.text ? mrkdwn(banner.text) : null,
    banner.steps ? h("ol", null, banner.steps.map((step) => h("li", null, mrkdwn(step)))) : null),
  iconButton("close", "Dismiss this banner", dismiss, { "data-testid": "dismiss-banner" }));
}
