// Listens to what happens in the workspace. Promise: handlers are called in the order of events; after a broken
// connection `onBack` is called once the stream is open again, so that the page can read what it missed.

const KINDS = [
  "message", "message_changed", "message_deleted", "ephemeral", "ephemeral_changed", "ephemeral_deleted",
  "view", "home", "channel", "read", "reaction",
];

/** Opens the stream of one person. `on[kind](data)`, `onBack()`, `onLost()`. Gives a function that closes it. */
export function openStream(user, { on, onBack, onLost }) {
  let source = null;
  let closed = false;
  let broken = false;
  let timer = 0;

  function connect() {
    source = new EventSource(`/client/stream?user=${encodeURIComponent(user)}`);
    source.onopen = () => {
      if (broken) onBack();
      broken = false;
    };
    source.onerror = () => {
      if (closed) return;
      if (!broken) onLost();
      broken = true;
      // A browser gives up for good when the server answers with an error; try again ourselves then.
      if (source.readyState === EventSource.CLOSED) {
        clearTimeout(timer);
        timer = setTimeout(connect, 1500);
      }
    };
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => {
        let data;
        try {
          data = JSON.parse(event.data);
        } catch {
          return;
        }
        if (on[kind]) on[kind](data);
      });
    }
  }

  connect();
  return () => {
    closed = true;
    clearTimeout(timer);
    source.close();
  };
}
