// The left side: channels with what is unread, direct messages, the app. Promise: every entry is a link whose address
// is the place itself, so it can be opened in another tab as the same person.
import { post } from "./api.js";
import { appPicture, avatar, h, icon, replace } from "./dom.js";
import { imWith, isBot, personName, state, takeChannel } from "./state.js";
import { failed } from "./toasts.js";

/** Draws the sidebar anew. */
export function drawSidebar(root) {
  const channels = [...state.channels.values()].filter((c) => !c.is_im).sort((a, b) => a.name.localeCompare(b.name));
  const mine = channels.filter((c) => c.is_member);
  const others = channels.filter((c) => !c.is_member && !c.is_private);
  const people = [...state.people.values()].filter((p) => !isBot(p.id));
  const active = document.activeElement && root.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
  replace(root,
    section("Channels", mine.map(channelLink)),
    others.length ? section("Other channels", others.map(channelLink)) : "",
    section("Direct messages", people.map(personLink)),
    section("Apps", [appLink()]),
    h("nav", { class: "side-links only-narrow", "aria-label": "Also here" }, outsideLinks()),
  );
  if (active) [...root.querySelectorAll("[data-testid]")].find((n) => n.dataset.testid === active)?.focus();
}

function section(title, links) {
  return h(
    "nav",
    { class: "side-section", "aria-label": title },
    h("h2", { class: "side-heading" }, title),
    h("ul", null, links.map((one) => h("li", null, one))),
  );
}

function entry({ href, here, unread, testid, lead, words, onclick, dim }) {
  const count = unread ? h(
    "span",
    { class: "badge" },
    h("span", { "aria-hidden": "true" }, unread > 99 ? "99+" : String(unread)),
    h("span", { class: "visually-hidden" }, `, ${unread} unread`),
  ) : null;
  const classes = ["side-link", here ? "here" : "", unread ? "unread" : "", dim ? "dim" : ""].filter(Boolean).join(" ");
  return h(
    "a",
    { class: classes, href, "data-testid": testid, "aria-current": here ? "page" : null, onclick },
    lead,
    h("span", { class: "side-words" }, words),
    count,
  );
}

function channelLink(channel) {
  return entry({
    href: `#${state.user}/${channel.id}`, here: state.place.kind === "channel" && state.place.channel === channel.id, unread: channel.unread, dim: !channel.is_member,
    testid: `channel-${channel.name}`, lead: h(
      "span",
      { class: "lead-icon" },
      icon(channel.is_private ? "lock" : "hash"),
    ), words: channel.name,
  });
}

function personLink(p) {
  const channel = imWith(p.id);
  const open = async (event) => {
    if (channel || p.id === state.user) return;
    event.preventDefault();
    try {
      const answer = await post("open_im", { user: state.user, with: p.id });
      const made = typeof answer.channel === "string" ? {
        id: answer.channel,
        is_im: true,
        user: p.id,
        is_member: true,
        name: "",
        unread: 0,
      } : answer.channel;
      takeChannel(made);
      location.hash = `${state.user}/${made.id}`;
    } catch (error) {
      failed(error);
    }
  };
  if (p.id === state.user && !channel) {
    return h(
      "span",
      { class: "side-link self" },
      avatar(p, "s"),
      h("span", { class: "side-words" }, personName(p.id), h("span", { class: "side-note" }, " you")),
    );
  }
  return entry({
    href: `#${state.user}/${channel ? channel.id : `new-${p.id}`}`, here: Boolean(channel) && state.place.kind === "channel" && state.place.channel === channel.id,
    unread: channel ? channel.unread : 0, testid: `dm-${p.id}`, lead: avatar(p, "s"), words: personName(p.id), onclick: open,
  });
}

function appLink() {
  const channel = imWith(state.app.bot_user_id);
  return entry({
    href: `#${state.user}/home`, here: state.place.kind === "home", unread: channel ? channel.unread : 0, testid: "app-home",
    lead: h("span", { class: "avatar avatar-s avatar-app" }, appPicture()), words: state.app.name,
  });
}

/** The other windows of the practice: portal, S3 browser, the two journals. */
export function outsideLinks() {
  const { links } = state;
  const one = (url, words, testid) => (url ? h(
    "a",
    { href: url, target: "_blank", rel: "noopener", class: "top-link", "data-testid": testid },
    words,
  ) : null);
  return [
    one(links.portal, "Worker portal", "link-portal"),
    one(links.s3, "S3 browser", "link-s3"),
    one("/journal", "What Slack received", "link-journal"),
    one(links.aws_journal, "What AWS received", "link-aws-journal"),
  ];
}
