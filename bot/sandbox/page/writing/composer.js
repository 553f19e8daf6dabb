/**
 * Where one writes: a message with files, or a slash that becomes a command.
 *
 * A command that is typed before the bot is here waits for it, and what is not sent stays in `app.drafts` for when one
 * comes back.
 */

import { summary } from "../messages/message.js";
import { combobox } from "../widgets/combobox.js";
import { el, fill, name } from "../widgets/dom.js";
import { icon, iconButton } from "../widgets/icons.js";
import { notify } from "../widgets/notice.js";
import { api } from "../world/api.js";
import { matching, readLine } from "../world/commands.js";
import { isDirect, isThread } from "../world/world.js";
import { commandForm } from "./command-form.js";
import { filePlace, takeDrops } from "./file-place.js";

const MOST_FILES = 10;
const MOST_CHARACTERS = 2000;
const TYPING_SHOWN_MS = 10_000;

/**
 * Shows the composer of `channel` in `root`; returns `{startCommand(name), runLine(line), type(text), replyTo(message),
 * focus()}`.
 */
export function showComposer(root, app, channel, signal) {
  const { world } = app;
  const label =
    isDirect(channel) ? `Message to ${world.channelName(channel)}` : `Message in ${channel.name}`;
  const mayWrite = isDirect(channel) || world.may(isThread(channel) ? "sendInThreads" : "send", channel);
  const typing = el("p", { class: "typing", "aria-live": "polite" });
  const body = el("div", { class: "composer" });
  fill(root, body, typing);
  // Discord takes no command from whoever may not write.
  if (!mayWrite) {
    fill(body, el("p", { class: "quiet closed" }, icon("lock"), "You may read here, but not write."));
    return { startCommand: () => {}, runLine: () => {}, type: () => {}, replyTo: () => {}, focus: () => {} };
  }

  const place = `${world.meId}/${channel.id}`;
  let answering = null;
  let form = null;
  /** Enter was pressed before it was known what the bot offers. */
  let waiting = false;
  let told = false;
  const files = filePlace({ app, most: MOST_FILES, compact: true });
  const replyLine = el("div", { class: "reply-line", hidden: true });
  const box = combobox({
    tag: "textarea",
    anchor: body,
    suggest: (text) =>
      text.startsWith("/") && !text.includes("\n")
        ? matching(app.commands.runnable, text.slice(1), app.usualLines).map((command) => ({
            name: `/${command.name}`,
            description: command.description,
            value: command,
          }))
        : [],
    pick: ({ value }) => start({ command: value }),
    enter: () => send(),
    typed: () => {
      waiting = told = false;
      grow();
      begin();
    },
    attributes: {
      class: "say",
      rows: 1,
      "aria-label": label,
      placeholder: "Message, or / for a command",
    },
  });
  const { input } = box;
  const writing = el(
    "div",
    { class: "writing" },
    replyLine,
    files.element,
    el(
      "div",
      { class: "say-row" },
      iconButton("plus", "Attach files", () => files.input.click()),
      box.element,
      iconButton("send", "Send the message", () => send()),
    ),
  );

  function grow() {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, 220)}px`;
  }

  /** Starts the command whose full name stands in the box with something behind it, if only a space. */
  function begin() {
    const line = readLine(app.commands.runnable, input.value);
    if (line?.begun) start(line);
  }

  /** Opens the form of a command, before whatever was being written; `run` sends it at once, if nothing is missing. */
  function start({ command, words = "", values = {} }, run = false) {
    const left = form ? form.line() : input.value.startsWith("/") ? "" : input.value;
    box.write("");
    box.close();
    const back = () => {
      form = null;
      fill(body, writing);
      input.focus();
      box.write(left);
    };
    form = commandForm({ command, words, values, channel, app, done: back, cancel: back });
    fill(body, form.element);
    form.focus();
    if (run) form.submit();
  }

  /** Runs a line that begins with a slash, now or as soon as it is known what the bot offers. */
  function runLine(typed) {
    const line = readLine(app.commands.runnable, typed);
    if (line) {
      start(line, line.begun);
      return;
    }
    if (input.value !== typed) box.write(typed);
    if (app.commands.known && (world.bot.online || app.commands.runnable.length)) {
      const [word] = typed.trim().split(/\s/);
      notify(
        app.commands.runnable.length
          ? `There is no command that fits ${word} here.`
          : "There are no commands here: the bot offers none in this channel.",
        "error",
      );
      return;
    }
    waiting = true;
    if (!app.commands.known || told) return;
    told = true;
    notify("The bot is not here yet. This runs as soon as it is.");
  }

  function setReply(message) {
    answering = message;
    replyLine.hidden = !message;
    if (!message) return;
    const stop = iconButton("close", "Do not reply", () => (setReply(null), input.focus()));
    fill(
      replyLine,
      icon("reply"),
      el(
        "span",
        {},
        "Reply to ",
        name(world.userName(message.author)),
        ": ",
        el("span", { class: "quiet" }, summary(message).slice(0, 120)),
      ),
      stop,
    );
  }

  async function send() {
    const content = input.value.trim();
    if (content.startsWith("/")) {
      runLine(input.value);
      return;
    }
    if (files.busy() || (!content && !files.files().length)) return;
    if ([...content].length > MOST_CHARACTERS) {
      notify(`At most ${MOST_CHARACTERS} characters fit into a message; these are ${[...content].length}.`, "error");
      return;
    }
    const saying = {
      content,
      attachments: files.files().map((file) => file.id),
      ...(answering ? { reply_to: answering.id } : {}),
    };
    input.readOnly = true;
    try {
      await api.post(`/people/${world.meId}/channels/${channel.id}/messages`, saying);
      input.value = "";
      files.clear();
      setReply(null);
      grow();
    } catch (error) {
      notify(error.message, "error");
    } finally {
      input.readOnly = false;
    }
  }

  app.addEventListener(
    "commands",
    () => {
      if (form) return;
      if (waiting) runLine(input.value);
      else begin();
      box.refresh();
    },
    { signal },
  );
  signal.addEventListener("abort", () => {
    const left = form ? form.line() : input.value;
    if (left) app.drafts.set(place, left);
  });
  input.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    files.add(event.clipboardData.files);
  });
  input.addEventListener("keydown", (event) => event.key === "Escape" && answering && setReply(null));
  takeDrops(body, (list) =>
    body.contains(writing) ? files.add(list) : notify("Drop the file on the option that takes it."),
  );

  const typers = new Map();
  const drawTyping = () => {
    const names = [...typers.keys()].map((id) => world.userName(world.user(id)));
    const verb = names.length === 1 ? "is" : "are";
    fill(typing, names.length > 0 && [name(names.join(", ")), ` ${verb} typing …`]);
  };
  const stopTyping = (id) => {
    clearTimeout(typers.get(id));
    if (typers.delete(id)) drawTyping();
  };
  world.addEventListener(
    "typing",
    ({ detail }) => {
      if (detail.channel_id !== channel.id || detail.user_id === world.meId) return;
      clearTimeout(typers.get(detail.user_id));
      typers.set(
        detail.user_id,
        setTimeout(() => stopTyping(detail.user_id), TYPING_SHOWN_MS),
      );
      drawTyping();
    },
    { signal },
  );
  world.addEventListener(
    "message",
    ({ detail }) => detail.channelId === channel.id && detail.message && stopTyping(detail.message.author.id),
    { signal },
  );

  fill(body, writing);
  input.value = app.drafts.get(place) ?? "";
  app.drafts.delete(place);
  grow();
  return {
    startCommand: (wanted) => {
      const command = app.commands.runnable.find((one) => one.name === wanted);
      if (command) start({ command });
      else notify(`/${wanted} cannot be used here.`, "error");
    },
    runLine,
    type: (text) => {
      const [line, ...sent] = text.split("\n");
      box.write(input.value + line);
      if (sent.length && !form) send();
      else if (sent.length) form.submit();
    },
    replyTo: (message) => {
      if (form) {
        notify("Run the command first, or give it up; then you can reply.");
        form.focus();
        return;
      }
      setReply(message);
      input.focus();
    },
    focus: () => (form ?? input).focus(),
  };
}
