/** What one person sees: read once, kept up to date by events, and told to whoever listens. Draws nothing. */

import { setClock } from "../widgets/time.js";
import { api, listen } from "./api.js";
import { may } from "./rights.js";

export const FLAG = { ephemeral: 1 << 6, thinking: 1 << 7, layout: 1 << 15 };
export const CHANNEL = {
  text: 0,
  direct: 1,
  voice: 2,
  group: 3,
  category: 4,
  announcement: 5,
  newsThread: 10,
  thread: 11,
  privateThread: 12,
  stage: 13,
  forum: 15,
  media: 16,
};
const THREADS = [CHANNEL.newsThread, CHANNEL.thread, CHANNEL.privateThread];
const PAGE = 50;

export const isThread = (channel) => THREADS.includes(channel.type);
/** A direct message or a group: no server has it. */
export const isDirect = (channel) => channel.type === CHANNEL.direct || channel.type === CHANNEL.group;
/** All its messages are in posts. */
export const isForum = (channel) => channel.type === CHANNEL.forum || channel.type === CHANNEL.media;
/** It has a chat beside the voices, and no threads. */
export const isVocal = (channel) => channel.type === CHANNEL.voice || channel.type === CHANNEL.stage;

const unreadKey = (personId) => `unread/${personId}`;

/** What this person has not read, by channel, as this tab last knew it. */
function readUnread(personId) {
  try {
    return new Map(JSON.parse(sessionStorage.getItem(unreadKey(personId)) ?? "[]"));
  } catch {
    return new Map();
  }
}

const byId = (a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1);

/**
 * One person's world. Tells `state` after anything but messages changed, `message` and `messages` (all of a channel)
 * when talk did, `names` after people or roles changed, and passes on the rest: `interaction`, `modal`, `commands`,
 * `typing`, `online`.
 */
export class World extends EventTarget {
  #events = new AbortController();
  #histories = new Map();
  /** What happened while the state was on its way; null once it is here. */
  #waiting = [];

  /** Reads the person's state and listens from then on; `close` ends it. */
  static async enter(meId) {
    const world = new World();
    world.meId = meId;
    world.unread = readUnread(meId);
    await new Promise((resolve, reject) => {
      listen(`/people/${meId}/events`, {
        signal: world.#events.signal,
        listen: (frame) => {
          if (frame.event === "ready") world.#read().then(resolve, reject);
          else if (world.#waiting) world.#waiting.push(frame);
          else world.#take(frame.event, frame.data);
        },
        cut: () => {
          world.#waiting = [];
          world.#tell("online", { connected: false });
        },
      });
    });
    return world;
  }

  close() {
    this.#events.abort();
  }

  async #read() {
    const again = Boolean(this.state);
    this.state = await api.get(`/people/${this.meId}/state`);
    setClock(this.state.clock.now);
    if (again) this.#histories.clear();
    const missed = this.#waiting ?? [];
    this.#waiting = null;
    for (const frame of missed) this.#take(frame.event, frame.data);
    if (!again) return;
    this.#tell("online", { connected: true });
    this.#tell("state");
    this.#tell("messages", {});
  }

  #tell(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  // ---- who and where

  get me() {
    return this.state.me;
  }

  get bot() {
    return this.state.bot;
  }

  get guilds() {
    return this.state.guilds;
  }

  get directMessages() {
    return this.state.direct_messages;
  }

  channel(id) {
    return (
      this.directMessages.find((one) => one.id === id) ??
      this.guilds.flatMap((guild) => guild.channels).find((one) => one.id === id) ??
      null
    );
  }

  guildOf(channel) {
    return this.guilds.find((guild) => guild.channels.some((one) => one.id === channel?.id)) ?? null;
  }

  /** Age restriction as Discord has it: a thread's is its parent's. */
  isAgeRestricted(channel) {
    if (!channel) return false;
    return Boolean(isThread(channel) ? this.channel(channel.parent_id)?.nsfw : channel.nsfw);
  }

  may(right, channel) {
    return may(channel?.permissions ?? 0, right);
  }

  channelName(channel) {
    if (!isDirect(channel) || channel.name) return channel.name;
    return channel.recipients.map((user) => this.userName(user)).join(", ");
  }

  /** The name a user goes by: the server's nickname, else the display name, else the account's. */
  userName(user) {
    if (!user) return "somebody";
    const nick = this.guilds
      .map((guild) => guild.members.find((member) => member.user.id === user.id)?.nick)
      .find(Boolean);
    return nick ?? user.global_name ?? user.username;
  }

  user(id) {
    const everybody = [
      this.me,
      this.bot.user,
      ...this.guilds.flatMap((guild) => guild.members.map((member) => member.user)),
    ];
    return (
      everybody.find((user) => user.id === id) ??
      this.directMessages.flatMap((one) => one.recipients).find((user) => user.id === id) ??
      null
    );
  }

  role(id) {
    return this.guilds.flatMap((guild) => guild.roles).find((role) => role.id === id) ?? null;
  }

  // ---- what was said

  /** The messages of a channel that are known, oldest first; null until the first are read. */
  messages(channelId) {
    const history = this.#histories.get(channelId);
    return history?.read ? [...history.messages.values()].sort(byId) : null;
  }

  message(channelId, id) {
    return this.#histories.get(channelId)?.messages.get(id) ?? null;
  }

  isWhole(channelId) {
    return this.#histories.get(channelId)?.whole ?? false;
  }

  /** Reads a channel's newest messages, or those before the oldest that is known. Raises a Refusal where it may not. */
  async readMessages(channelId) {
    const known = this.messages(channelId);
    const history = this.#history(channelId);
    const before = known?.length ? `&before=${known[0].id}` : "";
    const { messages } = await api.get(`/people/${this.meId}/channels/${channelId}/messages?limit=${PAGE}${before}`);
    // What an event brought while the answer was on its way is newer than the answer.
    for (const message of messages) if (!history.messages.has(message.id)) history.messages.set(message.id, message);
    history.read = true;
    history.whole = messages.length < PAGE;
    this.#tell("messages", { channelId });
  }

  #history(channelId) {
    if (!this.#histories.has(channelId))
      this.#histories.set(channelId, { messages: new Map(), read: false, whole: false });
    return this.#histories.get(channelId);
  }

  markRead(channelId) {
    if (this.unread.delete(channelId)) this.#unreadChanged();
  }

  /** A reload forgets nothing of it. */
  #unreadChanged() {
    sessionStorage.setItem(unreadKey(this.meId), JSON.stringify([...this.unread]));
    this.#tell("state");
  }

  // ---- what happens

  #take(event, data) {
    const handler = this.#handlers[event];
    if (handler) handler(data);
    else if (event.startsWith("interaction.")) this.#tell("interaction", { outcome: event.split(".")[1], ...data });
  }

  #handlers = {
    "message.create": (message) => this.#takeMessage(message, "create"),
    "message.update": (message) => this.#takeMessage(message, "update"),
    "message.delete": ({ id, channel_id: channelId }) => {
      this.#history(channelId).messages.delete(id);
      this.#tell("message", { kind: "delete", id, channelId });
    },
    "channel.create": (channel) => this.takeChannel(channel),
    "channel.update": (channel) => this.takeChannel(channel),
    "channel.delete": ({ id }) => {
      for (const guild of this.guilds) guild.channels = guild.channels.filter((one) => one.id !== id);
      this.state.direct_messages = this.directMessages.filter((one) => one.id !== id);
      this.#histories.delete(id);
      this.#tell("state");
      this.#tell("commands");
    },
    "guild.update": (guild) => {
      const at = this.guilds.findIndex((one) => one.id === guild.id);
      this.guilds.splice(at === -1 ? this.guilds.length : at, 1, guild);
      this.#tell("names");
      this.#tell("state");
      this.#tell("commands");
    },
    "modal.open": (modal) => this.#tell("modal", modal),
    bot: ({ online }) => {
      this.bot.online = online;
      this.#tell("state");
      this.#tell("commands");
    },
    commands: () => this.#tell("commands"),
    clock: (clock) => setClock(clock.now),
    typing: (typing) => this.#tell("typing", typing),
    ping: ({ channel_id: channelId }) => {
      this.unread.set(channelId, { pings: (this.unread.get(channelId)?.pings ?? 0) + 1 });
      this.#unreadChanged();
    },
  };

  #takeMessage(message, kind) {
    const { messages } = this.#history(message.channel_id);
    const seen = messages.has(message.id);
    messages.set(message.id, message);
    if (!seen && kind === "create" && message.author.id !== this.meId) {
      this.unread.set(message.channel_id, { pings: this.unread.get(message.channel_id)?.pings ?? 0 });
      this.#unreadChanged();
    }
    this.#tell("message", { kind: seen ? "update" : "create", id: message.id, channelId: message.channel_id, message });
  }

  /** Takes over a channel that is new or was changed: an event's, or the answer to what was asked here. */
  takeChannel(channel) {
    if (isDirect(channel)) {
      this.state.direct_messages = [...this.directMessages.filter((one) => one.id !== channel.id), channel];
    } else {
      const guild = this.guilds.find((one) => one.id === channel.guild_id);
      if (guild) guild.channels = [...guild.channels.filter((one) => one.id !== channel.id), channel];
    }
    this.#tell("state");
    this.#tell("commands");
  }
}
