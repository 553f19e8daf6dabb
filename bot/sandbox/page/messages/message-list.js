/** The conversation of one channel: older ones on demand, new ones as they come, edits in place. */

import { el, fill } from "../widgets/dom.js";
import { iconButton } from "../widgets/icons.js";
import { announce, tell } from "../widgets/notice.js";
import { day } from "../widgets/time.js";
import { isEphemeral, isThinking, messageElement, summary } from "./message.js";
import { welcomeElement } from "./welcome.js";

const JOIN_WITHIN_MS = 7 * 60 * 1000;
const NEAR_END_PX = 120;

/**
 * Shows a channel in `root` until `signal` ends it.
 *
 * Returns `{reveal(id), refresh(id)}`: scroll to a message; draw it anew after something about it changed here.
 */
export async function showMessages(root, app, channelId, signal) {
  const { world } = app;
  const list = el("div", { class: "messages", role: "group", "aria-label": "Messages" });
  const local = el("div", { class: "local-lines" });
  const older = el(
    "button",
    { type: "button", class: "button secondary older", hidden: true, on: { click: () => readOlder() } },
    "Show earlier messages",
  );
  const latest = el(
    "button",
    { type: "button", class: "button secondary latest", hidden: true, on: { click: () => toEnd() } },
    "To the newest message",
  );
  const scroller = el(
    "div",
    { class: "scroller", tabindex: 0, role: "region", "aria-label": "Conversation" },
    older,
    list,
    local,
  );
  fill(root, scroller, latest);

  const atEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX;
  let following = true;
  const toEnd = () => {
    scroller.scrollTop = scroller.scrollHeight;
    following = true;
    latest.hidden = true;
  };
  let top = 0;
  scroller.addEventListener("scroll", () => {
    // A picture that loads moves the end away; only who scrolls up wants to read something else.
    if (atEnd()) {
      following = true;
      latest.hidden = true;
    } else if (scroller.scrollTop < top) following = false;
    top = scroller.scrollTop;
  });
  // Pictures that load, and the window's own size, must not push the newest message out of sight.
  const watcher = new ResizeObserver(() => following && toEnd());
  watcher.observe(list);
  watcher.observe(local);
  watcher.observe(scroller);
  signal.addEventListener("abort", () => watcher.disconnect());

  const find = (id) => list.querySelector(`[data-id="${CSS.escape(id)}"]`);

  function drawAll() {
    const messages = world.messages(channelId) ?? [];
    const rows = [];
    if (app.welcome && app.welcomesIn(channelId) && world.isWhole(channelId)) rows.push(welcomeElement(app.welcome, app));
    messages.forEach((message, at) => {
      if (at === 0 || dayOf(message) !== dayOf(messages[at - 1]))
        rows.push(el("p", { class: "day" }, el("span", {}, dayOf(message))));
      rows.push(messageElement(message, app, joins(message, messages[at - 1])));
    });
    if (!rows.length) rows.push(el("p", { class: "empty" }, "Nothing has been said here yet."));
    keepFocus(() => fill(list, rows));
    setStop(messages.at(-1)?.id);
    older.hidden = world.isWhole(channelId);
  }

  /** Draws one message anew, leaving focus, uncovered spoilers and the reader's place as they are. */
  function redraw(id) {
    const old = find(id);
    const message = world.message(channelId, id);
    if (!old || !message) return;
    const joined = old.classList.contains("joined");
    const stop = old.tabIndex;
    keepFocus(() => {
      const made = messageElement(message, app, joined);
      if (old.classList.contains("selected")) made.classList.add("selected");
      made.tabIndex = stop;
      old.replaceWith(made);
    });
  }

  /** The one message that Tab reaches; the arrow keys move on from it. */
  function setStop(id) {
    list.querySelector('.message[tabindex="0"]')?.setAttribute("tabindex", "-1");
    if (id) find(id)?.setAttribute("tabindex", "0");
  }

  function keepFocus(change) {
    const held = list.contains(document.activeElement) ? document.activeElement : null;
    const key = held?.dataset.key;
    const id = held?.closest(".message")?.dataset.id;
    change();
    if (!held || held.isConnected) return;
    const again = (key && list.querySelector(`[data-key="${CSS.escape(key)}"]:not(:disabled)`)) || (id && find(id));
    again?.focus({ preventScroll: true });
  }

  async function readOlder() {
    const height = scroller.scrollHeight;
    older.disabled = true;
    try {
      await world.readMessages(channelId);
    } finally {
      older.disabled = false;
    }
    scroller.scrollTop += scroller.scrollHeight - height;
  }

  function reveal(id) {
    const element = find(id);
    if (!element) return announce("That message is further up.");
    element.scrollIntoView({ block: "center" });
    setStop(id);
    element.focus({ preventScroll: true });
    return undefined;
  }

  function appeared(message) {
    const author = world.userName(message.author);
    if (message.author.id === world.meId) return;
    if (isThinking(message)) announce(`${author} is thinking`);
    else announce(`${isEphemeral(message) ? "Only to you, " : ""}${author}: ${summary(message)}`);
  }

  const pictures = (message) => (message.attachments ?? []).length;
  const last = new Map();

  world.addEventListener(
    "message",
    ({ detail }) => {
      if (detail.channelId !== channelId) return;
      const before = last.get(detail.id);
      if (detail.kind === "update" && find(detail.id)) redraw(detail.id);
      else drawAll();
      if (detail.kind === "create") {
        appeared(detail.message);
        if (following || detail.message.author.id === world.meId || world.messages(channelId)?.length === 1) toEnd();
        else latest.hidden = false;
      } else if (detail.kind === "update" && (before?.thinking || pictures(detail.message) !== before?.pictures)) {
        // Progress is not read aloud at every step: only that the wait is over, or that pictures came.
        appeared(detail.message);
      }
      if (detail.message)
        last.set(detail.id, { thinking: isThinking(detail.message), pictures: pictures(detail.message) });
      world.markRead(channelId);
    },
    { signal },
  );
  world.addEventListener(
    "messages",
    ({ detail }) =>
      detail.channelId === undefined
        ? tell(world.readMessages(channelId))
        : detail.channelId === channelId && drawAll(),
    { signal },
  );
  // A ping comes after its message, so reading the message is not the end of it.
  world.addEventListener("state", () => world.markRead(channelId), { signal });
  // Names, roles and channels are written into messages.
  world.addEventListener("names", drawAll, { signal });

  app.interactions.addEventListener(
    "change",
    ({ detail }) => {
      const control = list.querySelector(`[data-key="${CSS.escape(detail.subject)}"]`);
      if (detail.busy) control?.setAttribute("aria-busy", "true");
      else control?.removeAttribute("aria-busy");
    },
    { signal },
  );

  scroller.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const current = event.target.closest?.(".message");
    if (event.key === "Enter" && current && event.target === current) {
      event.preventDefault();
      current.querySelector(".more").click();
      return;
    }
    if (
      !step ||
      event.target.closest("input, textarea, select") ||
      (event.target !== scroller && event.target !== current)
    )
      return;
    const all = [...list.querySelectorAll(".message")];
    const next = current ? all[all.indexOf(current) + step] : all.at(-1);
    if (!next) return;
    event.preventDefault();
    setStop(next.dataset.id);
    next.focus();
  });

  // While the developer's panel is open, a press on a message looks behind it.
  list.addEventListener("click", (event) => {
    const message = event.target.closest(".message");
    const used = event.target.closest("button, a, input, video, audio, summary");
    if (message && !used && app.developer.isOpen()) app.inspect(world.message(channelId, message.dataset.id));
  });

  await world.readMessages(channelId);
  for (const message of world.messages(channelId))
    last.set(message.id, { thinking: isThinking(message), pictures: pictures(message) });
  // Where nothing was said, one reads from the top.
  if (last.size) toEnd();
  else following = false;
  world.markRead(channelId);

  /** A line that only this page knows of: a command on its way, or one that came to nothing. */
  function line(text, kind) {
    const words = el("span", {}, text);
    const element = el(
      "p",
      { class: ["local-line", kind] },
      words,
      iconButton("close", "Dismiss", () => element.remove()),
    );
    local.append(element);
    toEnd();
    return {
      remove: () => element.remove(),
      isShown: () => element.isConnected,
      fail: (reason) => {
        words.textContent = reason;
        element.classList.add("failed");
        announce(reason, true);
      },
    };
  }

  return { reveal, redraw, line };
}

function dayOf(message) {
  return day(Date.parse(message.timestamp));
}

function joins(message, before) {
  return (
    before !== undefined &&
    before.author.id === message.author.id &&
    !message.interaction_metadata &&
    !message.message_reference &&
    isEphemeral(message) === isEphemeral(before) &&
    dayOf(message) === dayOf(before) &&
    Date.parse(message.timestamp) - Date.parse(before.timestamp) < JOIN_WITHIN_MS
  );
}
