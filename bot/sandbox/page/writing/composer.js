/** Where one writes: a message with files, or a slash that becomes a command. */

import { summary } from "../messages/message.js";
import { combobox } from "../widgets/combobox.js";
import { el, fill, name } from "../widgets/dom.js";
import { icon, iconButton } from "../widgets/icons.js";
import { notify } from "../widgets/notice.js";
import { api } from "../world/api.js";
import { matching } from "../world/commands.js";
import { isDirect, isThread } from "../world/world.js";
import { commandForm } from "./command-form.js";
import { filePlace, takeDrops } from "./file-place.js";

const MOST_FILES = 10;
const MOST_CHARACTERS = 2000;
const TYPING_SHOWN_MS = 10_000;

/** Shows the composer of `channel` in `root`; returns `{startCommand(name), replyTo(message), focus()}`. */
export function showComposer(root, app, channel, signal) {
  const { world } = app;
  const label =
    isDirect(channel) ? `Message to ${world.channelName(channel)}` : `Message in ${channel.name}`;
  const mayWrite = isDirect(channel) || world.may(isThread(channel) ? "sendInThreads" : "send", channel);
  const mayUseCommands = isDirect(channel) || world.may("useCommands", channel);
  const typing = el("p", { class: "typing", "aria-live": "polite" });
  const body = el("div", { class: "composer" });
  fill(root, body, typing);
  if (!mayWrite && !mayUseCommands) {
    fill(body, el("p", { class: "quiet closed" }, icon("lock"), "You may read here, but not write."));
    return { startCommand: () => {}, replyTo: () => {}, focus: () => {} };
  }

  let answering = null;
  const files = filePlace({ app, most: MOST_FILES, compact: true });
  const replyLine = el("div", { class: "reply-line", hidden: true });
  const box = combobox({
    tag: "textarea",
    anchor: body,
    suggest: (text) =>
      text.startsWith("/") && !text.includes("\n")
        ? matching(app.commands.runnable, text.slice(1)).map((command) => ({
            name: `/${command.name}`,
            description: command.description,
            value: command,
          }))
        : [],
    pick: ({ value }) => start(value),
    enter: () => send(),
    typed: (text) => {
      grow();
      const whole = text.startsWith("/") && text.endsWith(" ") && matching(app.commands.runnable, text.slice(1, -1));
      // The space after a full name starts the command, unless the name goes on ("settings " before "settings show").
      if (whole && whole[0]?.name === text.slice(1, -1)) start(whole[0]);
    },
    attributes: {
      class: "say",
      rows: 1,
      "aria-label": label,
      placeholder: mayWrite ? "Message, or / for a command" : "Type / for a command",
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
      iconButton("plus", "Attach files", () => files.input.click(), { disabled: !mayWrite }),
      box.element,
      iconButton("send", "Send the message", () => send()),
    ),
  );

  function grow() {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, 220)}px`;
  }

  function start(command) {
    box.set(null);
    box.close();
    const back = () => {
      fill(body, writing);
      grow();
      input.focus();
    };
    const form = commandForm({ command, channel, app, done: back, cancel: back });
    fill(body, form.element);
    form.focus();
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
      const [word] = content.split(" ");
      notify(
        app.commands.runnable.length
          ? `There is no command that fits ${word} here.`
          : "There are no commands here: the bot offers none in this channel, or is not there.",
        "error",
      );
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

  input.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length || !mayWrite) return;
    event.preventDefault();
    files.add(event.clipboardData.files);
  });
  input.addEventListener("keydown", (event) => event.key === "Escape" && answering && setReply(null));
  if (mayWrite)
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
  return {
    startCommand: (wanted) => {
      const command = app.commands.runnable.find((one) => one.name === wanted);
      if (command) start(command);
      else notify(`/${wanted} cannot be used here.`, "error");
    },
    replyTo: (message) => {
      if (!body.contains(writing)) fill(body, writing);
      setReply(message);
      input.focus();
    },
    focus: () => input.focus(),
  };
}
