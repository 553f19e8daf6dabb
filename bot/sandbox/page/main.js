/** Puts the page together: who speaks, which place is open, and what every press sets going. */

import { developerPanel } from "./developers/developer.js";
import { subject } from "./messages/controls.js";
import { showMessages } from "./messages/message-list.js";
import { askAge, hasPassed } from "./places/age-gate.js";
import { showChannels } from "./places/channels.js";
import { showHeader } from "./places/header.js";
import { showMe, showMembers } from "./places/members.js";
import { el, fill } from "./widgets/dom.js";
import { notify, tell } from "./widgets/notice.js";
import { showTheme } from "./widgets/theme.js";
import { startCounting } from "./widgets/time.js";
import { api } from "./world/api.js";
import { COMMAND, menuCommands, runnable } from "./world/commands.js";
import { Interactions } from "./world/interactions.js";
import { CHANNEL, World, isForum, isThread } from "./world/world.js";
import { showComposer } from "./writing/composer.js";
import { messageMenu, userMenu } from "./writing/menus.js";
import { openModal } from "./writing/modal.js";
import { catchTyping } from "./writing/typing.js";

const $ = (id) => document.getElementById(id);
/** Where the focus would bring up a keyboard over half of the window, nobody is given it unasked. */
const hasKeyboard = matchMedia("(hover: hover)");

/** What the parts of the page share: the world of the person who speaks, and what can be done from anywhere. */
class App extends EventTarget {
  world = null;
  interactions = null;
  people = [];
  /** What newcomers are told, or null. */
  welcome = null;
  channelId = null;
  /** What can be used in the open place; `known` once the sandbox has said so. */
  commands = { all: [], runnable: [], known: false };
  /** Lines whose commands are offered before others. */
  usualLines = [];
  /** What was typed and not sent, by person and channel. */
  drafts = new Map();
  /** Why the last press on a message came to nothing, by message id. */
  failures = new Map();
  #person = new AbortController();
  #place = new AbortController();
  /** Who was chosen; their world may still be on its way. */
  #personId = null;
  #entering = 0;
  #conversation = null;
  #composer = null;
  /** The bot was online since this page was opened. */
  #met = false;
  /** What was typed while the place was still on its way; null once it is shown. */
  #early = "";

  async start() {
    catchTyping((event) => this.#type(event));
    const { people, welcome } = await api.get("/people");
    this.people = people;
    this.welcome = welcome;
    this.usualLines = (welcome?.examples ?? []).map(({ line }) => line);
    this.developer = developerPanel($("developer"), this);
    showTheme($("theme-place"));
    startCounting();
    addEventListener("hashchange", () => tell(this.#follow()));
    $("skip").addEventListener("click", () => (this.#composer ?? $("conversation")).focus());
    $("shade").addEventListener("click", () => this.#closeDrawers());
    addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && this.#closeDrawers());
    await this.#follow();
  }

  /** What lies over the conversation in a narrow window; in a wide one nothing does. */
  #closeDrawers() {
    document.body.classList.remove("drawer-left");
    if (getComputedStyle($("shade")).display !== "none") document.body.classList.remove("members-toggled");
  }

  // ---- where one is

  /** Goes where the address says, `#/person/channel`; what it does not say, or says wrongly, is chosen. */
  async #follow() {
    const [, personId, channelId] = location.hash.split("/");
    const person = this.people.find(({ user }) => user.id === personId) ?? this.people[0];
    if (this.#personId !== person.user.id && !(await this.#enter(person.user.id))) return;
    const wanted = this.world.channel(channelId) ?? this.#firstChannel();
    if (!wanted) {
      this.#showNothing("There is nothing here that you may see.");
      return;
    }
    const address = `#/${this.world.meId}/${wanted.id}`;
    if (location.hash !== address) history.replaceState(null, "", address);
    this.#show(wanted);
  }

  /** Becomes a person; false if somebody else was chosen while their world was still being read. */
  async #enter(personId) {
    this.#personId = personId;
    this.#entering += 1;
    const turn = this.#entering;
    // Nothing may be said in the old name while the new one is on its way.
    this.#person.abort();
    this.#place.abort();
    this.world?.close();
    this.#composer = null;
    this.#early ??= "";
    fill($("composer"));
    fill($("conversation"));
    const world = await World.enter(personId);
    if (turn !== this.#entering) {
      world.close();
      return false;
    }
    this.#person = new AbortController();
    const { signal } = this.#person;
    this.world = world;
    this.channelId = null;
    this.failures.clear();
    this.interactions = new Interactions(world, signal);
    document.title = `${world.userName(world.me)} · Sandbox`;
    showChannels($("places"), this, signal);
    showMembers($("members"), this, signal);
    showMe($("me"), this);
    showHeader($("header"), this, signal);
    world.addEventListener("commands", () => this.#readCommands(), { signal });
    world.addEventListener("state", () => this.#reconsider(), { signal });
    world.addEventListener("state", () => this.#showPresence(), { signal });
    world.addEventListener("modal", ({ detail }) => this.#openModal(detail), { signal });
    world.addEventListener("online", ({ detail }) => ($("offline").hidden = detail.connected), { signal });
    $("offline").hidden = true;
    this.#showPresence();
    return true;
  }

  /** Whether newcomers are welcomed in a place: where they come first, and where they are alone with the bot. */
  welcomesIn(channelId) {
    const { bot } = this.world;
    const direct = this.world.directMessages.find((one) => one.id === channelId);
    return direct ? direct.recipients.some((user) => user.id === bot.user?.id) : channelId === this.#firstChannel()?.id;
  }

  /** Says what is missing while the bot is away: before it first came, and when it went. */
  #showPresence() {
    const { bot } = this.world;
    this.#met ||= bot.online;
    const away = `${this.world.userName(bot.user)} is away. Commands are answered again when it is back.`;
    const text = this.#met ? away : this.welcome?.starting || `${this.world.userName(bot.user)} is not here yet.`;
    if (!bot.online) fill($("away"), el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")), text);
    $("away").hidden = bot.online;
  }

  #firstChannel() {
    const channels = this.world.guilds
      .flatMap((guild) => guild.channels)
      .filter((channel) => channel.type === CHANNEL.text && !channel.nsfw);
    return channels.sort((a, b) => a.position - b.position)[0] ?? this.world.directMessages[0] ?? null;
  }

  #show(channel) {
    const gate = this.#needsGate(channel);
    this.#place.abort();
    this.#place = new AbortController();
    const { signal } = this.#place;
    this.channelId = channel.id;
    this.#conversation = null;
    this.#composer = null;
    this.shown = this.#look(channel);
    this.commands = { ...this.commands, runnable: [], known: false };
    const early = this.#early;
    this.#early = null;
    fill($("composer"));
    this.dispatchEvent(new Event("moved"));
    if (gate) {
      askAge($("conversation"), gate, this.world.meId, {
        enter: () => this.#show(channel),
        back: () => this.open(this.#firstChannel()?.id),
      });
      return;
    }
    this.#readCommands();
    if (isForum(channel)) {
      const start = this.world.may("createThreads", channel) ? ", or start one with “New post” above" : "";
      this.#showNothing(`This is a forum: choose one of its posts in the list of channels${start}.`);
      return;
    }
    this.#composer = showComposer($("composer"), this, channel, signal);
    if (hasKeyboard.matches && document.activeElement === document.body) this.#composer.focus();
    if (early) this.#composer.type(early);
    showMessages($("conversation"), this, channel.id, signal).then(
      (conversation) => {
        if (!signal.aborted) this.#conversation = conversation;
      },
      (error) => {
        if (!signal.aborted) this.#showNothing(error.message);
      },
    );
  }

  /** The channel whose age restriction stands before this one, or null: a thread asks for its parent. */
  #needsGate(channel) {
    if (!this.world.isAgeRestricted(channel)) return null;
    const asked = isThread(channel) ? this.world.channel(channel.parent_id) : channel;
    return hasPassed(this.world.meId, asked.id) ? null : asked;
  }

  #showNothing(text) {
    fill($("composer"));
    fill($("conversation"), el("p", { class: "panel quiet" }, text));
  }

  /** What of a channel decides how it is shown: when it changes, the place is built anew. */
  #look(channel) {
    return JSON.stringify([channel.id, Boolean(this.#needsGate(channel)), channel.permissions, channel.name]);
  }

  #reconsider() {
    const channel = this.world.channel(this.channelId);
    if (!channel) this.#follow();
    else if (this.#look(channel) !== this.shown) this.#show(channel);
  }

  /** A key that was pressed where it meant nothing. */
  #type(event) {
    if (this.#composer && event.key !== "Enter") {
      this.#composer.focus();
    } else if (this.#early !== null && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.#early += event.key === "Enter" ? "\n" : event.key;
    }
  }

  open(channelId) {
    if (channelId) location.hash = `#/${this.world.meId}/${channelId}`;
  }

  speakAs(personId) {
    location.hash = `#/${personId}/${this.channelId}`;
  }

  async openDirect(user) {
    const answer = await tell(api.post(`/people/${this.world.meId}/direct-messages`, { recipient_id: user.id }));
    if (!answer) return;
    this.world.takeChannel(answer.channel);
    this.open(answer.channel.id);
  }

  // ---- commands

  async #readCommands() {
    const channelId = this.channelId;
    const answer = await tell(api.get(`/people/${this.world.meId}/channels/${channelId}/commands`));
    if (!answer || channelId !== this.channelId) return;
    this.commands = { all: answer.commands, runnable: runnable(answer.commands), known: true };
    this.dispatchEvent(new Event("commands"));
  }

  isMenuCommand(wanted) {
    return this.commands.all.some((command) => command.name === wanted && command.type !== COMMAND.slash);
  }

  menuCommands(type) {
    return menuCommands(this.commands.all, type);
  }

  startCommand(wanted) {
    this.#composer?.startCommand(wanted);
  }

  /** Runs a command as somebody would type it, with what follows its name. */
  runLine(line) {
    this.#composer?.runLine(line);
  }

  /** Shows a command on its way, and what became of it. */
  async follow(what, answered) {
    const line = this.#conversation?.line(`Sending ${what} …`, "sending");
    try {
      await answered;
      line?.remove();
    } catch (error) {
      // Whoever has gone elsewhere meanwhile is told there.
      if (line?.isShown()) line.fail(`${what}: ${error.message}`);
      else notify(`${what}: ${error.message}`, "error");
    }
  }

  // ---- what is pressed

  press(message, customId) {
    return this.#component(message, "press", customId, { custom_id: customId });
  }

  choose(message, customId, values) {
    return this.#component(message, "choose", customId, { custom_id: customId, values });
  }

  async #component(message, act, customId, body) {
    const key = subject(message, customId);
    if (this.interactions.isBusy(key)) return;
    const path = `/people/${this.world.meId}/channels/${message.channel_id}/messages/${message.id}/${act}`;
    this.#fail(message, null);
    try {
      await this.interactions.ask(key, api.post(path, body));
    } catch (error) {
      this.#fail(message, error.message);
    }
  }

  #fail(message, reason) {
    if ((this.failures.get(message.id) ?? null) === reason) return;
    if (reason) this.failures.set(message.id, reason);
    else this.failures.delete(message.id);
    this.#conversation?.redraw(message.id);
  }

  /** Runs a context menu command on a message or a user; `path` is what it was opened on, below the channel. */
  async runMenuCommand(command, path) {
    const request = api.post(`/people/${this.world.meId}/channels/${this.channelId}/${path}/menu`, { command });
    const answered = this.interactions.ask(`menu/${path}/${command}`, request);
    this.follow(command, answered);
  }

  openMessageMenu(message, event) {
    messageMenu(message, event, this);
  }

  openUserMenu(user, event) {
    userMenu(user, event, this);
  }

  async #openModal(modal) {
    // A modal opens where it was asked for, not in every tab of the same person.
    if (await this.interactions.owns(modal.interaction_id))
      openModal(modal, this, this.world.channel(modal.channel_id));
  }

  // ---- messages

  replyTo(message) {
    this.#composer?.replyTo(message);
  }

  jumpTo(messageId) {
    this.#conversation?.reveal(messageId);
  }

  deleteMessage(message) {
    return tell(api.delete(`/people/${this.world.meId}/channels/${message.channel_id}/messages/${message.id}`));
  }

  /** Shows what is behind a message in the developer's panel. */
  inspect(message) {
    document.querySelector(".message.selected")?.classList.remove("selected");
    document.getElementById(`message-${message.id}`)?.classList.add("selected");
    this.developer.open();
    this.developer.select(message);
  }
}

new App()
  .start()
  .catch((error) => fill($("conversation"), el("p", { class: "panel failure", role: "alert" }, error.message)));
