// The common commands, written with Oceanic.
"use strict";

const { Client, InteractionTypes, MessageFlags } = require("oceanic.js");
const raw = require("./raw_commands.js");

const { API, GUILD, TOKEN } = process.env;

// The address is an option; nothing of Oceanic is changed.
const client = new Client({ auth: `Bot ${TOKEN}`, rest: { baseURL: API }, gateway: { intents: ["GUILDS"] } });

// Oceanic writes Discord's names in its own way: name_localizations is nameLocalizations.
function named(value) {
  if (Array.isArray(value)) return value.map(named);
  if (value === null || typeof value !== "object") return value;
  const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()).replace(/Id$/, "ID");
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [camel(name), named(inner)]));
}

const choices = ["a", "b"].map((name) => ({ label: name, value: name }));

const forms = {
  "form-text": [{ type: 4, customID: "words", style: 2 }, (given) => `text ${given.getTextInput("words")}`],
  "form-select": [
    { type: 3, customID: "choice", options: choices }, (given) => `select ${given.getStringSelectValues("choice")[0]}`,
  ],
  "form-file": [{ type: 19, customID: "files" }, (given) => `file ${given.getFileUploadValues("files")[0].filename}`],
  "form-radio": [
    { type: 21, customID: "radio", options: choices }, (given) => `radio ${given.getRadioGroupValue("radio")}`,
  ],
  "form-checkbox": [{ type: 23, customID: "check" }, (given) => `check ${given.getCheckboxValue("check")}`],
};

const commands = {
  now: (interaction) => interaction.createMessage({ content: "now" }),
  later: async (interaction) => {
    await interaction.defer();
    await interaction.editOriginal({ content: "later" });
  },
  quiet: (interaction) => interaction.createMessage({ content: "quiet", flags: MessageFlags.EPHEMERAL }),
  twice: async (interaction) => {
    await interaction.createMessage({ content: "first" });
    await interaction.createFollowup({ content: "second" });
  },
  file: (interaction) => interaction.createMessage({
    files: [{ name: "hello.txt", contents: Buffer.from("hello") }],
  }),
  layout: (interaction) => interaction.createMessage({
    components: [{ type: 17, components: [{ type: 10, content: "laid out" }, { type: 14 }] }],
    flags: MessageFlags.IS_COMPONENTS_V2,
  }),
  take: (interaction) => {
    const { options } = interaction.data;
    const said = [
      options.getString("text"), options.getInteger("number"), options.getNumber("ratio"), options.getBoolean("yes"),
      options.getUser("who").id, options.getChannel("where").id, options.getRole("role").id,
      options.getMentionable("whom").id, options.getAttachment("image").filename,
    ];
    return interaction.createMessage({ content: `took ${said.join(" ")}` });
  },
  pick: (interaction) => interaction.createMessage({
    content: `picked ${interaction.data.options.getString("shape")}`,
  }),
  find: (interaction) => interaction.createMessage({ content: `found ${interaction.data.options.getString("word")}` }),
  set: (interaction) => {
    const [, sub] = interaction.data.options.getSubCommand();
    return interaction.createMessage({ content: `${sub} ${interaction.data.options.getString("value")}` });
  },
  controls: (interaction) => interaction.createMessage({ content: "controls", components: named(raw.controls) }),
  fetch: async (interaction) => {
    const { rest } = client;
    await interaction.defer();
    await rest.applications.getCurrent();
    const me = await rest.users.get(client.user.id);
    const guild = await rest.guilds.get(interaction.guildID);
    const member = await rest.guilds.getMember(guild.id, interaction.user.id);
    const channel = await rest.channels.get(interaction.channelID);
    await rest.guilds.getChannels(guild.id);
    await rest.guilds.getRoles(guild.id);
    await rest.channels.getMessages(channel.id, { limit: 5 });
    await rest.channels.getMessage(channel.id, (await interaction.getOriginal()).id);
    await interaction.editOriginal({
      content: `fetched ${me.username} ${member.user.username} ${guild.name} ${channel.name}`,
    });
  },
  dm: async (interaction) => {
    await interaction.createMessage({ content: "dm" });
    const channel = await interaction.user.createDM();
    await channel.createMessage({ content: "by message" });
  },
  thread: async (interaction) => {
    const { channels } = client.rest;
    await interaction.createMessage({ content: "thread" });
    const start = await channels.createMessage(interaction.channelID, { content: "start" });
    const thread = await channels.startThreadFromMessage(interaction.channelID, start.id, { name: "strand" });
    await channels.createMessage(thread.id, { content: "in the thread" });
  },
  react: async (interaction) => {
    const { channels } = client.rest;
    await interaction.createMessage({ content: "react" });
    const message = await channels.createMessage(interaction.channelID, { content: "react to this" });
    await channels.createReaction(interaction.channelID, message.id, "✅");
  },
  burst: async (interaction) => {
    await interaction.createMessage({ content: "burst" });
    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((number) => (
      client.rest.channels.createMessage(interaction.channelID, { content: `burst ${number}` })
    )));
  },
};

async function answerCommand(interaction) {
  const { name, target } = interaction.data;
  if (name === "local") return interaction.createMessage({ content: "local" });
  if (name === "Wave") return interaction.createMessage({ content: `waved ${(target.user ?? target).username}` });
  if (name === "Quote") return interaction.createMessage({ content: `quote ${target.content}` });
  if (name in forms) {
    const components = [{ type: 18, label: "Field", component: forms[name][0] }];
    return interaction.createModal({ title: "A form", customID: name, components });
  }
  return commands[name](interaction);
}

async function answerComponent(interaction) {
  const { customID, values } = interaction.data;
  if (customID === "press") return interaction.editParent({ content: "pressed" });
  if (customID === "choose") return interaction.createMessage({ content: `chose ${values.getStrings()[0]}` });
  return interaction.createMessage({ content: `who ${values.getUsers()[0].id}` });
}

async function answer(interaction) {
  switch (interaction.type) {
    case InteractionTypes.APPLICATION_COMMAND: return answerCommand(interaction);
    case InteractionTypes.MESSAGE_COMPONENT: return answerComponent(interaction);
    case InteractionTypes.APPLICATION_COMMAND_AUTOCOMPLETE: {
      const word = `${interaction.data.options.getFocused().value}!`;
      return interaction.result([{ name: word, value: word }]);
    }
    default: {
      const content = forms[interaction.data.customID][1](interaction.data.components);
      return interaction.createMessage({ content });
    }
  }
}

async function registerAll() {
  const names = [...Object.keys(commands), ...Object.keys(forms)];
  await client.application.bulkEditGlobalCommands(named(raw.global(names)));
  await client.application.bulkEditGuildCommands(GUILD, named(raw.local));
}

client.on("interactionCreate", (interaction) => answer(interaction).catch(console.error));
client.on("error", console.error);
client.once("ready", () => registerAll().then(() => console.log("ready"), console.error));
client.connect();
