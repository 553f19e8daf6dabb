// The common commands, written with Eris, which has neither layouts nor other form fields than texts.
"use strict";

const http = require("node:http");
const Eris = require("eris");
const raw = require("./raw_commands.js");

const { API, GUILD, TOKEN } = process.env;
const { hostname, pathname, port } = new URL(API);

// Eris asks Node for HTTPS whatever it is told; an agent that calls itself so and speaks HTTP is all that it needs.
class Plain extends http.Agent {
  constructor() {
    super({ keepAlive: true });
    this.protocol = "https:";
    this.defaultPort = Number(port);
  }
}

const client = new Eris.Client(`Bot ${TOKEN}`, {
  intents: ["guilds"],
  restMode: true,
  rest: { domain: hostname, baseURL: pathname, agent: new Plain() },
});

const option = (interaction, name) => interaction.data.options.find((one) => one.name === name).value;

const commands = {
  now: (interaction) => interaction.createMessage("now"),
  later: async (interaction) => {
    await interaction.defer();
    await interaction.editOriginalMessage("later");
  },
  quiet: (interaction) => interaction.createMessage({ content: "quiet", flags: 64 }),
  twice: async (interaction) => {
    await interaction.createMessage("first");
    await interaction.createFollowup("second");
  },
  file: (interaction) => interaction.createMessage({}, { name: "hello.txt", file: Buffer.from("hello") }),
  take: (interaction) => {
    const { options, resolved } = interaction.data;
    const [image, ...others] = options.map((one) => one.value).reverse();
    const { filename } = resolved.attachments.get?.(image) ?? resolved.attachments[image];
    return interaction.createMessage(`took ${others.reverse().join(" ")} ${filename}`);
  },
  pick: (interaction) => interaction.createMessage(`picked ${option(interaction, "shape")}`),
  find: (interaction) => interaction.createMessage(`found ${option(interaction, "word")}`),
  set: (interaction) => {
    const [sub] = interaction.data.options[0].options;
    return interaction.createMessage(`${sub.name} ${sub.options[0].value}`);
  },
  controls: (interaction) => interaction.createMessage({ content: "controls", components: raw.controls }),
  "form-text": (interaction) => interaction.createModal({
    title: "A form",
    custom_id: "form-text",
    components: [{ type: 1, components: [{ type: 4, custom_id: "words", label: "Words", style: 2 }] }],
  }),
  fetch: async (interaction) => {
    await interaction.defer();
    await client.getOAuthApplication();
    const me = await client.getRESTUser(client.user.id);
    const guild = await client.getRESTGuild(interaction.guildID);
    const member = await client.getRESTGuildMember(guild.id, interaction.member.id);
    const channel = await client.getRESTChannel(interaction.channel.id);
    await client.getRESTGuildChannels(guild.id);
    await client.getRESTGuildRoles(guild.id);
    await client.getMessages(channel.id, { limit: 5 });
    await client.getMessage(channel.id, (await interaction.getOriginalMessage()).id);
    const names = [me.username, member.user.username, guild.name, channel.name];
    await interaction.editOriginalMessage(`fetched ${names.join(" ")}`);
  },
  dm: async (interaction) => {
    await interaction.createMessage("dm");
    const channel = await client.getDMChannel(interaction.member.id);
    await channel.createMessage("by message");
  },
  thread: async (interaction) => {
    await interaction.createMessage("thread");
    const start = await client.createMessage(interaction.channel.id, "start");
    const thread = await client.createThreadWithMessage(interaction.channel.id, start.id, {
      name: "strand", autoArchiveDuration: 1440,
    });
    await client.createMessage(thread.id, "in the thread");
  },
  react: async (interaction) => {
    await interaction.createMessage("react");
    const message = await client.createMessage(interaction.channel.id, "react to this");
    await client.addMessageReaction(interaction.channel.id, message.id, "✅");
  },
  burst: async (interaction) => {
    await interaction.createMessage("burst");
    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((number) => (
      client.createMessage(interaction.channel.id, `burst ${number}`)
    )));
  },
};

const resolved = (found, id) => found.get?.(id) ?? found[id];

async function answerCommand(interaction) {
  const { name, resolved: found, target_id: target } = interaction.data;
  if (name === "local") return interaction.createMessage("local");
  if (name === "Wave") return interaction.createMessage(`waved ${resolved(found.users, target).username}`);
  if (name === "Quote") return interaction.createMessage(`quote ${resolved(found.messages, target).content}`);
  return commands[name](interaction);
}

async function answerComponent(interaction) {
  const { custom_id: id, values } = interaction.data;
  if (id === "press") return interaction.editParent({ content: "pressed" });
  return interaction.createMessage(`${id === "choose" ? "chose" : "who"} ${values[0]}`);
}

async function answer(interaction) {
  if (interaction instanceof Eris.CommandInteraction) return answerCommand(interaction);
  if (interaction instanceof Eris.ComponentInteraction) return answerComponent(interaction);
  if (interaction instanceof Eris.AutocompleteInteraction) {
    const word = `${option(interaction, "word")}!`;
    return interaction.result([{ name: word, value: word }]);
  }
  return interaction.createMessage(`text ${interaction.data.components[0].components[0].value}`);
}

async function registerAll() {
  await client.bulkEditCommands(raw.global(Object.keys(commands)));
  await client.bulkEditGuildCommands(GUILD, raw.local);
}

client.on("interactionCreate", (interaction) => answer(interaction).catch(console.error));
client.on("error", console.error);
client.once("ready", () => registerAll().then(() => console.log("ready"), console.error));
client.connect();
