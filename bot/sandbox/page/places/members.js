/** Who is here, by highest role, and the switch that lets one speak as another. */

import { avatar } from "../widgets/avatar.js";
import { el, fill, name } from "../widgets/dom.js";
import { isDirect } from "../world/world.js";

/** Keeps `root` showing the members of the open channel's server until `signal` ends it. */
export function showMembers(root, app, signal) {
  const { world } = app;

  function draw() {
    const held = root.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const channel = world.channel(app.channelId);
    const guild = world.guildOf(channel);
    fill(
      root,
      el("h2", {}, channel && isDirect(channel) ? "In this conversation" : "Members"),
      guild ? groups(guild) : people([world.me, ...(channel?.recipients ?? [])]),
    );
    if (held) root.querySelector(`[data-key="${CSS.escape(held)}"]`)?.focus();
  }

  /** Members under the highest role that they hold. */
  function groups(guild) {
    const ranked = guild.roles.filter((role) => role.id !== guild.id).sort((a, b) => b.position - a.position);
    const highest = (member) => ranked.find((role) => member.roles.includes(role.id))?.name ?? "Everyone else";
    const titles = [...ranked.map((role) => role.name), "Everyone else"];
    return [...new Set(titles)].map((title) => {
      const members = guild.members.filter((member) => highest(member) === title);
      return (
        members.length > 0 &&
        el(
          "section",
          {},
          el("h3", {}, name(title), el("span", { class: "quiet" }, ` · ${members.length}`)),
          people(members.map((member) => member.user)),
        )
      );
    });
  }

  function people(users) {
    return el(
      "ul",
      {},
      users.map((user) => el("li", { class: "member" }, person(user), speakAs(user))),
    );
  }

  function person(user) {
    const shown = world.userName(user);
    const offline = user.id === world.bot.user?.id && !world.bot.online;
    return el(
      "button",
      {
        type: "button",
        class: "person",
        "aria-haspopup": "menu",
        "data-key": `person-${user.id}`,
        on: { click: (event) => app.openUserMenu(user, event), contextmenu: (event) => app.openUserMenu(user, event) },
      },
      avatar(user, shown),
      el(
        "span",
        { class: "person-name" },
        name(shown),
        user.bot && el("span", { class: "tag" }, "APP"),
        offline && el("small", { class: "quiet" }, "offline"),
      ),
    );
  }

  function speakAs(user) {
    if (user.id === world.meId) return el("span", { class: "you" }, "you");
    if (!app.people.some((one) => one.user.id === user.id)) return null;
    return el(
      "button",
      {
        type: "button",
        class: "speak-as",
        "data-key": `speak-${user.id}`,
        "aria-label": `Speak as ${world.userName(user)}`,
        on: { click: () => app.speakAs(user.id) },
      },
      "Speak as",
    );
  }

  world.addEventListener("state", draw, { signal });
  app.addEventListener("moved", draw, { signal });
  draw();
}

/** The switch at the foot of the list of places: who one is, and who else one may be. */
export function showMe(root, app) {
  const { world } = app;
  const select = el(
    "select",
    { id: "speak-as", class: "field", on: { change: () => app.speakAs(select.value) } },
    app.people.map(({ user, title }) =>
      el(
        "option",
        { value: user.id, selected: user.id === world.meId },
        `${world.userName(user)}${title ? ` (${title})` : ""}`,
      ),
    ),
  );
  fill(
    root,
    avatar(world.me, world.userName(world.me)),
    el("div", {}, el("label", { for: "speak-as" }, "Speak as"), select),
  );
}
