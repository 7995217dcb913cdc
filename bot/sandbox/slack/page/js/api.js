// Talks to the practice Slack's client API. Promise: a call either gives the answer's object or throws ApiError
// whose message is a sentence a person can act on; nothing else leaves this file.

const WORDS = {
  operation_timeout: "The app did not answer within 3 seconds. What was asked for may still happen; look before trying again.",
  dispatch_failed: "The app could not be reached. Is it running?",
  no_such_command: "There is no such command here.",
  not_in_channel: "You are not a member of this channel. Join it first.",
  channel_not_found: "This channel does not exist, or you cannot see it.",
  cant_invite: "This person cannot be invited here.",
  already_in_channel: "This person is already a member.",
  no_text: "The message is empty.",
  msg_too_long: "The message is longer than Slack takes (40,000 characters).",
  file_too_large: "The file is larger than this field takes.",
  ratelimited: "Too many requests. Wait a moment and try again.",
  unreachable: "The practice workspace does not answer. Is it still running?",
};

/** What a code means for the person, or nothing. */
export const explain = (code) => WORDS[code] || "";

/** A refusal or a failure: `code` is Slack's word, `message` is the sentence for the person. */
export class ApiError extends Error {
  constructor(code, message) {
    super(message || WORDS[code] || `The practice workspace answered "${code}".`);
    this.code = code;
  }
}

async function settle(request) {
  let response;
  try {
    response = await request;
  } catch {
    throw new ApiError("unreachable");
  }
  let body;
  try {
    body = await response.json();
  } catch {
    throw new ApiError("unreadable", `The practice workspace answered with status ${response.status} and no JSON.`);
  }
  if (!body.ok) throw new ApiError(body.error || "unknown_error", body.message);
  return body;
}

/** GET /client/<path>; parameters that are null are left out. */
export function get(path, params = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== null && value !== undefined) query.set(name, value);
  }
  return settle(fetch(`/client/${path}?${query}`, { headers: { accept: "application/json" } }));
}

/** POST /client/<path> with a JSON body. */
export function post(path, body) {
  const headers = { "content-type": "application/json" };
  return settle(fetch(`/client/${path}`, { method: "POST", headers, body: JSON.stringify(body) }));
}

/** Uploads files for a person; gives Slack's file objects in the order given. */
export async function upload(user, files) {
  const form = new FormData();
  form.set("user", user);
  for (const file of files) form.append("file", file, file.name);
  return (await settle(fetch("/client/upload", { method: "POST", body: form }))).files;
}

/** The address of a file's bytes for the person at this page. */
export function fileUrl(file, user) {
  const name = encodeURIComponent(file.name || file.title || "file");
  return `/files/${encodeURIComponent(file.id)}/${name}?user=${encodeURIComponent(user)}`;
}
