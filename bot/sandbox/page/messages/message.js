/** Draws one message: who said it, in answer to what, and everything it carries. */

import { avatar } from "../widgets/avatar.js";
import { el, name } from "../widgets/dom.js";
import { icon, iconButton } from "../widgets/icons.js";
import { format, now } from "../widgets/time.js";
import { FLAG } from "../world/world.js";
import { drawAll } from "./components.js";
import { embed } from "./embed.js";
import { markdown } from "./markdown-view.js";
import { attachments } from "./media.js";
import { plainText } from "./plain-text.js";

const REPLY = 19;
/** Discord's message types that a person sees as a line about the channel rather than as talk. */
const EVENTS = { 6: "pinned a message.", 7: "joined the server.", 18: "started a thread." };

const isLayout = (message) => (message.flags & FLAG.layout) !== 0;
export const isEphemeral = (message) => (message.flags & FLAG.ephemeral) !== 0;
export const isThinking = (message) => (message.flags & FLAG.thinking) !== 0;

/**
 * The message as an `<article>`; `joined` leaves out the head that the one before it has shown already.
 *
 * Its own menu is a key away from the article, so that Tab goes from one thing of the bot to the next.
 */
export function messageElement(message, app, joined) {
  const { world } = app;
  const author = world.userName(message.author);
  const headId = `author-${message.id}`;
  const at = Date.parse(message.timestamp);
  const head = el(
    "header",
    { class: joined ? "hidden" : "" },
    el(
      "button",
      {
        type: "button",
        class: "author",
        id: headId,
        tabindex: -1,
        "aria-haspopup": "menu",
        on: { click: (event) => app.openUserMenu(message.author, event) },
      },
      name(author),
    ),
    message.author.bot && el("span", { class: "tag" }, "APP"),
    el("time", { datetime: message.timestamp, title: format(at, "F") }, stamp(at)),
  );
  const article = el(
    "article",
    {
      class: [
        "message",
        joined && "joined",
        isEphemeral(message) && "ephemeral",
        message.mentions?.some((user) => user.id === world.meId) && "pinged",
      ],
      id: `message-${message.id}`,
      "data-id": message.id,
      tabindex: -1,
      "aria-labelledby": headId,
      on: { contextmenu: (event) => app.openMessageMenu(message, event) },
    },
    origin(message, app),
    joined
      ? el("time", { class: "gutter", datetime: message.timestamp, "aria-hidden": "true" }, format(at, "t"))
      : avatar(message.author, author),
    el("div", { class: "message-body" }, head, content(message, app), footnotes(message, app)),
    el(
      "div",
      { class: "message-tools" },
      iconButton("reply", `Reply to ${author}`, () => app.replyTo(message), { tabindex: -1 }),
      iconButton("more", `More about the message of ${author}`, (event) => app.openMessageMenu(message, event), {
        class: "icon-button more",
        tabindex: -1,
        "aria-haspopup": "menu",
      }),
    ),
  );
  return article;
}

/** Today's messages show the hour, older ones the day as well. */
function stamp(at) {
  return now() - at < 18 * 3600 * 1000 ? format(at, "t") : format(at, "s");
}

/** What led to the message: a command, or the message that it answers. */
function origin(message, app) {
  const { world } = app;
  const cause = message.interaction_metadata;
  const used = cause?.name ?? message.interaction?.name;
  if (cause?.user && used) {
    const slash = cause.type === 2 && !app.isMenuCommand(used);
    return el(
      "p",
      { class: "origin" },
      icon("reply"),
      avatar(cause.user, world.userName(cause.user), "small"),
      name(world.userName(cause.user)),
      " used ",
      el("span", { class: "mention" }, slash ? `/${used}` : used),
    );
  }
  if (message.type !== REPLY || !message.message_reference) return null;
  const answered =
    message.referenced_message ?? world.message(message.channel_id, message.message_reference.message_id);
  if (!answered) return el("p", { class: "origin" }, icon("reply"), el("em", {}, "The message is gone."));
  const who = world.userName(answered.author);
  const jump = () => app.jumpTo(answered.id);
  return el(
    "p",
    { class: "origin" },
    icon("reply"),
    avatar(answered.author, who, "small"),
    name(who),
    el(
      "button",
      { type: "button", class: "excerpt", on: { click: jump } },
      summary(answered) || "a message without words",
    ),
  );
}

function content(message, app) {
  const key = message.id;
  if (isThinking(message)) {
    return el(
      "p",
      { class: "thinking", role: "status" },
      el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")),
      name(app.world.userName(message.author)),
      " is thinking …",
    );
  }
  if (message.type in EVENTS) return el("p", { class: "quiet" }, EVENTS[message.type]);
  const components = drawAll(message.components ?? [], { app, message, key: `${key}/c` });
  if (isLayout(message)) return el("div", { class: "layout" }, components, edited(message));
  return [
    message.content && markdown(message.content, app, `${key}/t`),
    edited(message),
    (message.embeds ?? []).map((one, at) => embed(one, { app, key: `${key}/e${at}` })),
    attachments(message.attachments ?? [], key),
    components,
  ];
}

function edited(message) {
  if (!message.edited_timestamp) return null;
  const at = Date.parse(message.edited_timestamp);
  return el("span", { class: "edited", title: format(at, "F") }, "(edited)");
}

function footnotes(message, app) {
  const failure = app.failures.get(message.id);
  return [
    failure && el("p", { class: "failure", role: "alert" }, failure),
    isEphemeral(message) &&
      el(
        "p",
        { class: "ephemeral-note" },
        icon("eye"),
        "Only you can see this. ",
        el(
          "button",
          {
            type: "button",
            class: "plain-link",
            "data-key": `${message.id}/dismiss`,
            on: { click: () => app.deleteMessage(message) },
          },
          "Dismiss message",
        ),
      ),
  ];
}

/** The words of a message in one line: for what is read aloud, for replies, for the developer's panel. */
export function summary(message) {
  const words = [
    message.content,
    ...texts(message.components ?? []),
    ...(message.embeds ?? []).flatMap((one) => [one.title, one.description]),
  ];
  const text = words.filter(Boolean).map(plainText).join(" ");
  const pictures = (message.attachments ?? []).filter((one) => one.content_type?.startsWith("image/")).length;
  const counted = pictures && (pictures === 1 ? "1 picture" : `${pictures} pictures`);
  return [text.length > 300 ? `${text.slice(0, 300)} …` : text, counted].filter(Boolean).join(", ");
}

function texts(components) {
  return components.flatMap((one) => [one.type === 10 ? one.content : null, ...texts(one.components ?? [])]);
}
