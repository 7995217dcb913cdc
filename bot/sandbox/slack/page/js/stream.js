// Listens to what happens in the workspace. Promise: handlers are called in the order of events and none is missed: after
// a broken connection the server is told the number of the last event seen.

const KINDS = [
  "message", "message_changed", "message_deleted", "ephemeral", "ephemeral_changed", "ephemeral_deleted",
  "view", "home", "channel", "read", "reaction",
];

/** Opens the stream of one person from event `since` on. `on[kind](data)`, `onBack(seen)`, `onLost()`. Gives a function that closes it. */
export function openStream(user, since, { on, onBack, onLost }) {
  let source = null;
  let closed = false;
  let broken = false;
  let timer = 0;
  let seen = since;

  function connect() {
    source = new EventSource(`/client/stream?user=${encodeURIComponent(user)}${seen === null ? "" : `&since=${seen}`}`);
    source.addEventListener("open", () => {
      if (broken) onBack(seen);
      broken = false;
    });
    source.addEventListener("error", () => {
      if (closed) return;
      if (!broken) onLost();
      broken = true;
      // A browser gives up for good when the server answers with an error; try again ourselves then.
      if (source.readyState === EventSource.CLOSED) {
        clearTimeout(timer);
        timer = setTimeout(connect, 1500);
      }
    });
    for (const kind of KINDS) source.addEventListener(kind, (event) => take(kind, event));
  }

  function take(kind, event) {
    if (closed) return;
    if (event.lastEventId) seen = Number(event.lastEventId);
    let data;
    try {
      data = JSON.parse(event.data);
    } catch {
      return;
    }
    if (on[kind]) on[kind](data);
  }

  connect();
  return () => {
    closed = true;
    clearTimeout(timer);
    source.close();
  };
}
