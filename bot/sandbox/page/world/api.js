/** Speaks HTTP with the sandbox: one method a kind of call, refusals as errors that can be shown. */

/** What the sandbox refused: `message` is a sentence to show, `fields` names what to mend (may be empty). */
export class Refusal extends Error {
  constructor(status, code, message, fields = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields;
  }
}

async function call(method, path, { body, signal } = {}) {
  const form = body instanceof FormData;
  const json = body !== undefined && !form;
  let response;
  try {
    response = await fetch(path, {
      method,
      signal,
      headers: json ? { "Content-Type": "application/json" } : {},
      body: json ? JSON.stringify(body) : body,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, "unreachable", "The sandbox does not answer. Is it still running?");
  }
  const answer = response.headers.get("Content-Type")?.includes("json") ? await response.json() : null;
  if (response.ok) return answer;
  const error = answer?.error ?? {};
  throw new Refusal(
    response.status,
    error.code ?? "unknown",
    error.message ?? `The sandbox answered ${response.status}.`,
    error.fields,
  );
}

export const api = {
  get: (path, options) => call("GET", path, options),
  post: (path, body = {}, options = {}) => call("POST", path, { body, ...options }),
  put: (path, body = {}) => call("PUT", path, { body }),
  patch: (path, body) => call("PATCH", path, { body }),
  delete: (path) => call("DELETE", path),

  /** Uploads one file and returns the attachment that now stands for it. */
  async upload(me, file) {
    const form = new FormData();
    form.append("file", file, file.name);
    return (await call("POST", `/people/${me}/attachments`, { body: form })).attachment;
  },
};

const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 5000;

/**
 * Listens to a WebSocket and comes back when it is cut, until `signal` ends it.
 *
 * `listen(frame)` gets every decoded frame, `cut()` is told when the line is lost.
 */
export function listen(path, { signal, listen: hear, cut = () => {} }) {
  let wait = FIRST_WAIT_MS;
  const open = () => {
    if (signal.aborted) return;
    const socket = new WebSocket(location.origin.replace(/^http/, "ws") + path);
    const stop = () => socket.close();
    signal.addEventListener("abort", stop, { once: true });
    socket.addEventListener("message", (event) => {
      wait = FIRST_WAIT_MS;
      if (!signal.aborted) hear(JSON.parse(event.data));
    });
    socket.addEventListener("close", () => {
      signal.removeEventListener("abort", stop);
      if (signal.aborted) return;
      cut();
      setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    });
  };
  open();
}
