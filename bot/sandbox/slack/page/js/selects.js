// Slack's ten select elements on top of one combobox. Promise: the value kept is exactly the option object (or id) that
// Slack would send; external selects ask the app, with min_query_length and a pause after typing.
import { combobox } from "./combobox.js";
import { avatar, icon, h } from "./dom.js";
import { plain } from "./mrkdwn.js";
import { channelTitle, isBot, personName, state } from "./state.js";

const fold = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
const match = (query) => (option) => !query || fold(`${option.label} ${option.hint || ""}`).includes(fold(query));

const fromOption = (option) => ({
  value: option.value,
  label: plain(option.text),
  hint: plain(option.description) || null,
  raw: option,
});

function fromPerson(p) {
  return {
    value: p.id,
    label: isBot(p.id) ? state.app.name : p.real_name || p.name,
    hint: p.title || null,
    lead: () => avatar(p, "s"),
    raw: p.id,
  };
}

function fromChannel(c) {
  const lead = () => (c.is_im ? avatar(state.people.get(c.user), "s") : h(
    "span",
    { class: "lead-icon" },
    icon(c.is_private ? "lock" : "hash"),
  ));
  return { value: c.id, label: c.is_im ? personName(c.user) : c.name, hint: c.topic || null, lead, raw: c.id };
}

const people = () => [...state.people.values()].sort((a, b) => Number(isBot(a.id)) - Number(isBot(b.id))).map(fromPerson);
const channels = (element) => conversations({ ...element, filter: { include: ["public"] } });

function conversations(element) {
  const filter = element.filter || {};
  const kinds = filter.include || ["public", "private", "im", "mpim"];
  const kind = (c) => {
    if (c.is_im) return "im";
    return c.is_private ? "private" : "public";
  };
  return [...state.channels.values()]
    .filter((c) => kinds.includes(kind(c)) && (c.is_im || c.is_member || !c.is_private))
    .filter((c) => !(filter.exclude_bot_users && c.is_im && isBot(c.user)))
    .sort((a, b) => channelTitle(a).localeCompare(channelTitle(b)))
    .map(fromChannel);
}

const byId = (id) => {
  const channel = state.channels.get(id);
  const somebody = state.people.get(id);
  if (channel) return fromChannel(channel);
  return somebody ? fromPerson(somebody) : { value: id, label: id, raw: id };
};

// type without "multi_" -> [name of one, name of several, options now, option from what is kept]
const KINDS = {
  static_select: ["selected_option", "selected_options", null, fromOption],
  external_select: ["selected_option", "selected_options", null, fromOption],
  users_select: ["selected_user", "selected_users", people, byId],
  channels_select: ["selected_channel", "selected_channels", channels, byId],
  conversations_select: ["selected_conversation", "selected_conversations", conversations, byId],
};

function grouped(element) {
  if (element.option_groups) return element.option_groups.map((g) => ({ label: plain(g.label), options: g.options.map(fromOption) }));
  return [{ label: null, options: (element.options || []).map(fromOption) }];
}

function finder(block, element, surface, list) {
  if (element.type.endsWith("external_select")) {
    const least = element.min_query_length ?? 3;
    return (query) => {
      if (query.length < least) return {
        groups: [],
        note: `Type ${least - query.length === 1 ? "one more character" : `at least ${least} characters`} to search.`,
      };
      return surface.suggest(block, element, query).then((answer) => ({ groups: grouped(answer) }));
    };
  }
  return (query) => {
    const groups = list ? [{ label: null, options: list(element) }] : grouped(element);
    return { groups: groups.map((g) => ({ label: g.label, options: g.options.filter(match(query)) })) };
  };
}

/** Any element whose type ends in "select". */
export function selectElement(block, element, surface, extra) {
  const multi = element.type.startsWith("multi_");
  const [one, several, list, lift] = KINDS[element.type.replace(/^multi_/, "")];
  const name = multi ? several : one;
  const kept = surface.value(block, element)[name];
  const chosen = [kept || []].flat().map(lift);
  if (!multi && kept && one === "selected_conversation" && element.default_to_current_conversation) surface.set(block, element, { [name]: kept });
  const tells = block.type !== "input" || block.dispatch_action === true;
  return combobox({
    multi, chosen, find: finder(block, element, surface, list), most: element.max_selected_items || null,
    pause: /external/.test(element.type) ? 250 : 0, clearable: block.type === "input" && block.optional === true,
    placeholder: plain(element.placeholder) || (multi ? "Choose some" : "Choose one"),
    inputAttrs: {
      id: extra.id, "aria-describedby": extra.describedby, "aria-required": extra.required ? "true" : null,
      "aria-label": extra.id ? null : plain(element.placeholder) || "Choose", "data-autofocus": element.focus_on_load ? "1" : null,
    },
    onChange: async (now) => {
      const before = surface.value(block, element)[name];
      const taken = now.map((o) => o.raw);
      const value = { [name]: multi ? taken : taken[0] ?? null };
      surface.set(block, element, value);
      if (!tells) return true;
      const went = await surface.act(block, element, value);
      if (!went) surface.set(block, element, { [name]: before });
      return went;
    },
  });
}
