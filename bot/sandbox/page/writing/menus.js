/** What the context menus of a message and of a person offer, the bot's commands among it. */

import { isEphemeral, isThinking } from "../messages/message.js";
import { openDialog, textField } from "../widgets/dialog.js";
import { el } from "../widgets/dom.js";
import { openMenu } from "../widgets/menu.js";
import { notify, tell } from "../widgets/notice.js";
import { api } from "../world/api.js";
import { COMMAND } from "../world/commands.js";
import { isDirect, isForum, isThread, isVocal } from "../world/world.js";

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    notify("Copied.");
  } catch {
    notify("The browser does not allow copying here.", "error");
  }
}

/** The bot's commands of one type, to be run on `path`. */
function botCommands(app, type, path) {
  return app.menuCommands(type).map((command, at) => ({
    title: at === 0 ? "Apps" : null,
    label: command,
    run: () => app.runMenuCommand(command, path),
  }));
}

/** Where a message is on Discord; bots read such links. */
function linkTo(message, channel) {
  return `https://discord.com/channels/${channel.guild_id ?? "@me"}/${channel.id}/${message.id}`;
}

export function messageMenu(message, event, app) {
  const { world } = app;
  // Inside a link, a picture or a selection the browser's own menu is the useful one.
  if (event.type === "contextmenu" && !getSelection().isCollapsed) return;
  if (event.type === "contextmenu" && event.target.closest("a[href], video, audio, input, textarea")) return;
  const channel = world.channel(message.channel_id);
  const mine = message.author.id === world.meId;
  const real = !isEphemeral(message) && !isThinking(message);
  const mayThread =
    real &&
    channel &&
    !isDirect(channel) &&
    !isVocal(channel) &&
    !isThread(channel) &&
    world.may("createThreads", channel);
  const mayDelete = isEphemeral(message) || mine || world.may("manageMessages", channel);
  openMenu(
    event,
    [
      real ? botCommands(app, COMMAND.message, `messages/${message.id}`) : [],
      [
        real && { label: "Reply", run: () => app.replyTo(message) },
        mayThread && { label: "Start a thread …", run: () => newThread(channel, app, message) },
        message.content && { label: "Copy the text", run: () => copy(message.content) },
        real && channel && { label: "Copy message link", run: () => copy(linkTo(message, channel)) },
        { label: "Copy the id", run: () => copy(message.id) },
        { label: "Look behind it", run: () => app.inspect(message) },
      ].filter(Boolean),
      mayDelete
        ? [{ label: isEphemeral(message) ? "Dismiss" : "Delete", danger: true, run: () => app.deleteMessage(message) }]
        : [],
    ],
    "Message",
  );
}

export function userMenu(user, event, app) {
  const { world } = app;
  const speaks = user.id !== world.meId && app.people.some((one) => one.user.id === user.id);
  openMenu(
    event,
    [
      botCommands(app, COMMAND.user, `users/${user.id}`),
      [
        speaks && { label: `Speak as ${world.userName(user)}`, run: () => app.speakAs(user.id) },
        user.id !== world.meId && { label: "Direct message", run: () => app.openDirect(user) },
        { label: "Copy the id", run: () => copy(user.id) },
      ].filter(Boolean),
    ],
    world.userName(user),
  );
}

/** Asks for a thread's name and opens it; `message` may be what it starts from, in a forum there is a first message. */
export function newThread(channel, app, message = null) {
  const forum = isForum(channel);
  const title = textField("Name", "", { maxlength: 100, required: true });
  const first = textField("First message", "", { maxlength: 2000, required: true });
  const form = el(
    "form",
    {},
    title.element,
    forum && first.element,
    el("button", { type: "submit", class: "button primary" }, "Start it"),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = {
      name: title.input.value,
      ...(forum ? { content: first.input.value } : {}),
      ...(message ? { message_id: message.id } : {}),
    };
    const answer = await tell(api.post(`/people/${app.world.meId}/channels/${channel.id}/threads`, body));
    if (!answer) return;
    dialog.close();
    app.open(answer.channel.id);
  });
  const dialog = openDialog(forum ? "New post" : "New thread", form);
  title.input.focus();
}
