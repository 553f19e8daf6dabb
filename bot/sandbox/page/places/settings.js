/** What an admin may change: channels, who may do what in them, the roles of members, and whether the bot is here. */

import { confirmed, openDialog, textField, toggle } from "../widgets/dialog.js";
import { el, fill, name, newId } from "../widgets/dom.js";
import { notify } from "../widgets/notice.js";
import { api } from "../world/api.js";
import { OVERWRITABLE, bit, may } from "../world/rights.js";
import { CHANNEL, isThread } from "../world/world.js";

const KINDS = [
  [CHANNEL.text, "Text"],
  [CHANNEL.announcement, "Announcements"],
  [CHANNEL.forum, "Forum"],
  [CHANNEL.media, "Media"],
  [CHANNEL.voice, "Voice"],
  [CHANNEL.stage, "Stage"],
];

/** Whether the change was made; a refusal is shown and is false. */
async function done(promise, said) {
  try {
    await promise;
  } catch (error) {
    notify(error.message, "error");
    return false;
  }
  if (said) notify(said);
  return true;
}

/** Name, topic and age restriction of a channel, its overwrites, and its end. */
export function openChannelSettings(channel, app) {
  const path = `/people/${app.world.meId}/channels/${channel.id}`;
  const title = textField("Name", channel.name, { maxlength: 100, required: true });
  const topic = textField("Topic", channel.topic, { maxlength: 1024 });
  const thread = isThread(channel);
  const form = el(
    "form",
    {},
    title.element,
    !thread && topic.element,
    el("button", { type: "submit", class: "button primary" }, "Save"),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const change = { name: title.input.value, ...(thread ? {} : { topic: topic.input.value }) };
    if (await done(api.patch(path, change), "Saved.")) dialog.close();
  });
  const remove = async () => {
    const agreed = await confirmed(
      `Delete ${channel.name}?`,
      "Everything that was said there goes with it.",
      "Delete it",
    );
    if (agreed && (await done(api.delete(path)))) dialog.close();
  };
  const dialog = openDialog(
    `Settings of ${channel.name}`,
    form,
    !thread &&
      toggle(
        "Age-restricted",
        channel.nsfw,
        (on) => setAgeRestriction(channel, on, app),
        "Asks for the age at the door. What is running feels it at once.",
      ),
    !thread && may(channel.permissions, "manageRoles") && overwrites(channel, app),
    el(
      "button",
      { type: "button", class: "button danger", on: { click: remove } },
      thread ? "Delete this thread" : "Delete this channel",
    ),
  );
}

/** Sets a channel's age restriction; false if it was refused. */
export function setAgeRestriction(channel, on, app) {
  return done(
    api.patch(`/people/${app.world.meId}/channels/${channel.id}`, { nsfw: on }),
    on ? "The channel is age-restricted now." : "The channel is open to every age now.",
  );
}

/** For one role or member at a time: each right granted, denied, or left to the server. */
function overwrites(channel, app) {
  const { world } = app;
  const guild = world.guildOf(channel);
  const whom = el(
    "select",
    { class: "field", id: newId("whom"), on: { change: () => draw() } },
    guild.roles.map((role) => el("option", { value: role.id }, `Role: ${role.name}`)),
    guild.members.map((member) => el("option", { value: member.user.id }, `Member: ${world.userName(member.user)}`)),
  );
  const list = el("div", { class: "overwrites" });

  function current() {
    const found = world.channel(channel.id)?.permission_overwrites?.find((one) => one.id === whom.value);
    return { allow: BigInt(found?.allow ?? 0), deny: BigInt(found?.deny ?? 0) };
  }

  function draw() {
    const { allow, deny } = current();
    fill(
      list,
      OVERWRITABLE.map(([right, label]) => {
        const mask = bit(right);
        const state = allow & mask ? "allow" : deny & mask ? "deny" : "server";
        const select = el(
          "select",
          { class: "field", id: newId("right"), on: { change: () => set(mask, select.value) } },
          [
            ["server", "As the server says"],
            ["allow", "Yes"],
            ["deny", "No"],
          ].map(([value, text]) => el("option", { value, selected: value === state }, text)),
        );
        return el("div", { class: "overwrite" }, el("label", { for: select.id }, label), select);
      }),
    );
  }

  async function set(mask, state) {
    const { allow, deny } = current();
    const body = {
      allow: String(state === "allow" ? allow | mask : allow & ~mask),
      deny: String(state === "deny" ? deny | mask : deny & ~mask),
    };
    const path = `/people/${world.meId}/channels/${channel.id}/overwrites/${whom.value}`;
    const nothing = body.allow === "0" && body.deny === "0";
    await done(nothing ? api.delete(path) : api.put(path, body));
    draw();
  }

  draw();
  return el(
    "details",
    {},
    el("summary", {}, "Who may do what here"),
    el("div", { class: "modal-field" }, el("label", { class: "label", for: whom.id }, "For"), whom),
    list,
  );
}

export function openNewChannel(guild, app) {
  const title = textField("Name", "", { maxlength: 100, required: true });
  const kind = el(
    "select",
    { class: "field", id: newId("kind") },
    KINDS.map(([value, text]) => el("option", { value }, text)),
  );
  const within = el(
    "select",
    { class: "field", id: newId("within") },
    el("option", { value: "" }, "None"),
    guild.channels
      .filter((channel) => channel.type === CHANNEL.category)
      .map((channel) => el("option", { value: channel.id }, channel.name)),
  );
  const adult = el("input", { type: "checkbox", id: newId("adult") });
  const form = el(
    "form",
    {},
    title.element,
    el("div", { class: "modal-field" }, el("label", { class: "label", for: kind.id }, "Kind"), kind),
    el("div", { class: "modal-field" }, el("label", { class: "label", for: within.id }, "Category"), within),
    el("label", { class: "choice" }, adult, el("span", {}, "Age-restricted")),
    el("button", { type: "submit", class: "button primary" }, "Create"),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = {
      name: title.input.value,
      type: Number(kind.value),
      nsfw: adult.checked,
      parent_id: within.value || null,
    };
    if (await done(api.post(`/people/${app.world.meId}/guilds/${guild.id}/channels`, body))) dialog.close();
  });
  const dialog = openDialog("New channel", form);
  title.input.focus();
}

/** Roles of every member, who is shown the door, and whether the bot is in. */
export function openServerSettings(guild, app) {
  const { world } = app;
  const path = `/people/${world.meId}/guilds/${guild.id}/members`;
  const botId = world.bot.user.id;
  const list = el("div");

  function draw() {
    const now = world.guilds.find((one) => one.id === guild.id);
    if (!now) {
      dialog.close();
      return;
    }
    fill(
      list,
      now.members.map((member) => memberRow(now, member)),
      !now.members.some((member) => member.user.id === botId) && inviteRow(),
    );
  }

  function inviteRow() {
    const invite = () => done(api.put(`${path}/${botId}`), "The bot is in the server.");
    return el(
      "div",
      { class: "member-row" },
      el("strong", {}, name(world.userName(world.bot.user))),
      el("button", { type: "button", class: "button primary", on: { click: invite } }, "Invite the bot"),
    );
  }

  function memberRow(now, member) {
    const shown = world.userName(member.user);
    const kick = async () => {
      if (await confirmed(`Remove ${shown} from the server?`, "They can be invited again.", "Remove"))
        await done(api.delete(`${path}/${member.user.id}`));
    };
    const roles = now.roles.filter((role) => role.id !== now.id && !role.managed);
    const change = (role, on) =>
      done(
        on
          ? api.put(`${path}/${member.user.id}/roles/${role.id}`)
          : api.delete(`${path}/${member.user.id}/roles/${role.id}`),
      );
    return el(
      "fieldset",
      { class: "member-row" },
      el("legend", {}, name(shown)),
      may(now.permissions, "manageRoles") &&
        el(
          "div",
          { class: "row" },
          roles.map((role) => {
            const box = el("input", { type: "checkbox", checked: member.roles.includes(role.id) });
            box.addEventListener("change", async () => {
              if (!(await change(role, box.checked))) box.checked = !box.checked;
            });
            return el("label", { class: "choice" }, box, el("span", {}, name(role.name)));
          }),
        ),
      may(now.permissions, "kick") &&
        member.user.id !== world.meId &&
        el("button", { type: "button", class: "button secondary", on: { click: kick } }, "Remove from the server"),
    );
  }

  const dialog = openDialog(`Settings of ${guild.name}`, list);
  const listening = new AbortController();
  world.addEventListener("state", draw, { signal: listening.signal });
  dialog.addEventListener("close", () => listening.abort());
  draw();
}
