/** The line above a conversation: where one is, its age restriction, and the ways to everything beside it. */

import { toggle } from "../widgets/dialog.js";
import { el, fill, name } from "../widgets/dom.js";
import { icon, iconButton } from "../widgets/icons.js";
import { CHANNEL, isDirect, isForum, isThread, isVocal } from "../world/world.js";
import { newThread } from "../writing/menus.js";
import { openChannelSettings, setAgeRestriction } from "./settings.js";

/** Keeps the heading of the open place up to date until `signal` ends it. */
export function showHeader(root, app, signal) {
  const { world } = app;

  function draw() {
    const channel = world.channel(app.channelId);
    if (!channel) return fill(root);
    const held = root.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const direct = isDirect(channel);
    const thread = isThread(channel);
    const parent = thread && world.channel(channel.parent_id);
    const manages = !direct && world.may("manageChannels", channel);
    const mayThread =
      !direct &&
      !thread &&
      !isVocal(channel) &&
      channel.type !== CHANNEL.announcement &&
      world.may("createThreads", channel);
    const restricted = world.isAgeRestricted(channel);
    fill(
      root,
      iconButton("menu", "Channels", () => document.body.classList.toggle("drawer-left"), {
        class: "icon-button only-narrow",
        "data-key": "drawer",
      }),
      el(
        "div",
        { class: "title" },
        el(
          "h1",
          {},
          icon(thread ? "thread" : direct ? "people" : "hash"),
          el(
            "span",
            {},
            parent && el("span", { class: "quiet" }, name(parent.name), " › "),
            name(world.channelName(channel)),
          ),
        ),
        restricted &&
          el("span", { class: "adult" }, "18+", el("span", { class: "visually-hidden" }, " age-restricted")),
        channel.topic && el("p", { class: "topic", title: channel.topic }, name(channel.topic)),
      ),
      manages && !thread && ageSwitch(channel),
      mayThread &&
        iconButton(
          "thread",
          isForum(channel) ? "New post" : "New thread",
          () => newThread(channel, app),
          { "data-key": "thread", word: isForum(channel) ? "Post" : "Thread" },
        ),
      manages &&
        iconButton("gear", `Settings of ${channel.name}`, () => openChannelSettings(channel, app), {
          "data-key": "settings",
          word: "Settings",
        }),
      iconButton(
        "code",
        "Behind the scenes, for developers",
        () => (app.developer.isOpen() ? app.developer.close() : app.developer.open()),
        { "aria-pressed": String(app.developer.isOpen()), "data-key": "developer", word: "Developers" },
      ),
      iconButton("people", "Members", () => document.body.classList.toggle("members-toggled"), {
        "data-key": "members",
        word: "Members",
      }),
    );
    if (held) root.querySelector(`[data-key="${held}"]`)?.focus();
    return undefined;
  }

  function ageSwitch(channel) {
    const made = toggle("Age-restricted", Boolean(channel.nsfw), (on) => setAgeRestriction(channel, on, app));
    made.classList.add("header-switch");
    made.querySelector("button").dataset.key = "age";
    return made;
  }

  world.addEventListener("state", draw, { signal });
  app.addEventListener("moved", draw, { signal });
  app.addEventListener("developer", draw, { signal });
  draw();
}
