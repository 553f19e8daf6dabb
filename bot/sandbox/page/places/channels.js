/** The list of places: channels by category with their threads, and direct messages. */

import { avatar } from "../widgets/avatar.js";
import { el, fill, name } from "../widgets/dom.js";
import { icon, iconButton } from "../widgets/icons.js";
import { may } from "../world/rights.js";
import { CHANNEL, isThread } from "../world/world.js";
import { openNewChannel, openServerSettings } from "./settings.js";

const MARKS = {
  [CHANNEL.announcement]: "horn",
  [CHANNEL.forum]: "thread",
  [CHANNEL.media]: "thread",
  [CHANNEL.voice]: "voice",
  [CHANNEL.stage]: "voice",
  [CHANNEL.group]: "people",
};
const byPosition = (a, b) => (a.position ?? 0) - (b.position ?? 0) || (BigInt(a.id) < BigInt(b.id) ? -1 : 1);

/** Keeps `root` showing the places of the person in `app`, the open one marked, until `signal` ends it. */
export function showChannels(root, app, signal) {
  const { world } = app;

  function draw() {
    const held = root.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    fill(root, world.guilds.map(guildList), directMessages());
    if (held) root.querySelector(`[data-key="${CSS.escape(held)}"]`)?.focus();
  }

  function guildList(guild) {
    const top = guild.channels.filter((channel) => !isThread(channel) && channel.type !== CHANNEL.category);
    const categories = guild.channels.filter((channel) => channel.type === CHANNEL.category).sort(byPosition);
    const loose = top
      .filter((channel) => !categories.some((category) => category.id === channel.parent_id))
      .sort(byPosition);
    const manages =
      may(guild.permissions, "manageChannels") ||
      may(guild.permissions, "manageRoles") ||
      may(guild.permissions, "manageGuild") ||
      may(guild.permissions, "kick");
    return el(
      "section",
      { "aria-label": guild.name },
      el(
        "div",
        { class: "guild-head" },
        el("h2", {}, name(guild.name)),
        may(guild.permissions, "manageChannels") &&
          iconButton("plus", `New channel in ${guild.name}`, () => openNewChannel(guild, app), {
            "data-key": `new-${guild.id}`,
          }),
        manages &&
          iconButton("gear", `Settings of ${guild.name}`, () => openServerSettings(guild, app), {
            "data-key": `guild-${guild.id}`,
          }),
      ),
      el(
        "ul",
        {},
        loose.map((channel) => entry(channel, guild)),
      ),
      categories.map((category) => [
        el("h3", {}, name(category.name)),
        el(
          "ul",
          {},
          top
            .filter((channel) => channel.parent_id === category.id)
            .sort(byPosition)
            .map((channel) => entry(channel, guild)),
        ),
      ]),
    );
  }

  function entry(channel, guild) {
    const threads = guild.channels.filter((one) => isThread(one) && one.parent_id === channel.id).sort(byPosition);
    return el(
      "li",
      {},
      link(channel),
      threads.length > 0 &&
        el(
          "ul",
          { class: "threads", "aria-label": `Threads of ${channel.name}` },
          threads.map((thread) => el("li", {}, link(thread))),
        ),
    );
  }

  function link(channel) {
    const unread = world.unread.get(channel.id);
    const restricted = !isThread(channel) && channel.nsfw;
    const user = channel.recipients?.[0];
    const shown = world.channelName(channel);
    return el(
      "a",
      {
        href: `#/${world.meId}/${channel.id}`,
        class: ["channel", unread && "unread"],
        "aria-current": channel.id === app.channelId && "page",
        "data-key": `channel-${channel.id}`,
        "data-channel": channel.id,
        on: { click: () => document.body.classList.remove("drawer-left") },
      },
      channel.type === CHANNEL.direct
        ? avatar(user, shown, "small")
        : icon(isThread(channel) ? "thread" : (MARKS[channel.type] ?? "hash")),
      el("span", { class: "channel-name" }, name(shown)),
      restricted &&
        el(
          "span",
          { class: "adult", title: "Age-restricted" },
          "18+",
          el("span", { class: "visually-hidden" }, " age-restricted"),
        ),
      unread?.pings > 0 &&
        el(
          "span",
          { class: "badge" },
          unread.pings,
          el("span", { class: "visually-hidden" }, unread.pings === 1 ? " mention" : " mentions"),
        ),
      unread && !unread.pings && el("span", { class: "visually-hidden" }, "unread"),
    );
  }

  function directMessages() {
    const { bot } = world;
    const known = world.directMessages.some((channel) => channel.recipients.some((user) => user.id === bot.user.id));
    return el(
      "section",
      { "aria-label": "Direct messages" },
      el("div", { class: "guild-head" }, el("h2", {}, "Direct messages")),
      el(
        "ul",
        {},
        world.directMessages.map((channel) => el("li", {}, link(channel))),
      ),
      !known &&
        bot.user &&
        el(
          "button",
          { type: "button", class: "plain-link", on: { click: () => app.openDirect(bot.user) } },
          "Write to ",
          name(world.userName(bot.user)),
        ),
    );
  }

  world.addEventListener("state", draw, { signal });
  app.addEventListener("moved", draw, { signal });
  draw();
}
