// The common commands, written with discord.js.
"use strict";

const {
  ActionRowBuilder, ApplicationCommandType, ButtonBuilder, ButtonStyle, ChannelType, CheckboxBuilder, Client,
  ContainerBuilder, ContextMenuCommandBuilder, FileUploadBuilder, GatewayIntentBits, LabelBuilder, MessageFlags,
  ModalBuilder, RadioGroupBuilder, SeparatorBuilder, SlashCommandBuilder, StringSelectMenuBuilder, TextDisplayBuilder,
  TextInputBuilder, TextInputStyle, UserSelectMenuBuilder,
} = require("discord.js");

const { API, GUILD, TOKEN } = process.env;

// The address is an option; nothing of discord.js is changed. The library adds the version itself.
const client = new Client({ intents: [GatewayIntentBits.Guilds], rest: { api: API.replace(/\/v10$/, "") } });

const choices = (...names) => names.map((name) => ({ label: name, value: name }));

// What each form asks for, and what is said of it when it comes back.
const forms = {
  "form-text": [
    (label) => label.setTextInputComponent(
      new TextInputBuilder().setCustomId("words").setStyle(TextInputStyle.Paragraph),
    ),
    (fields) => `text ${fields.getTextInputValue("words")}`,
  ],
  "form-select": [
    (label) => label.setStringSelectMenuComponent(
      new StringSelectMenuBuilder().setCustomId("choice").addOptions(choices("a", "b")),
    ),
    (fields) => `select ${fields.getStringSelectValues("choice")[0]}`,
  ],
  "form-file": [
    (label) => label.setFileUploadComponent(new FileUploadBuilder().setCustomId("files")),
    (fields) => `file ${fields.getUploadedFiles("files").first().name}`,
  ],
  "form-radio": [
    (label) => label.setRadioGroupComponent(new RadioGroupBuilder().setCustomId("radio").addOptions(choices("a", "b"))),
    (fields) => `radio ${fields.getRadioGroup("radio")}`,
  ],
  "form-checkbox": [
    (label) => label.setCheckboxComponent(new CheckboxBuilder().setCustomId("check")),
    (fields) => `check ${fields.getCheckbox("check")}`,
  ],
};

const controls = [
  new ActionRowBuilder().addComponents(
    new ButtonBuilder().setCustomId("press").setLabel("Press").setStyle(ButtonStyle.Primary),
  ),
  new ActionRowBuilder().addComponents(
    new StringSelectMenuBuilder().setCustomId("choose").addOptions(choices("a", "b")),
  ),
  new ActionRowBuilder().addComponents(new UserSelectMenuBuilder().setCustomId("who")),
];

const layout = new ContainerBuilder()
  .addTextDisplayComponents(new TextDisplayBuilder().setContent("laid out"))
  .addSeparatorComponents(new SeparatorBuilder());

// Commands by name: their options, and what they do.
const commands = {
  now: [null, (interaction) => interaction.reply("now")],
  later: [null, async (interaction) => {
    await interaction.deferReply();
    await interaction.editReply("later");
  }],
  quiet: [null, (interaction) => interaction.reply({ content: "quiet", flags: MessageFlags.Ephemeral })],
  twice: [null, async (interaction) => {
    await interaction.reply("first");
    await interaction.followUp("second");
  }],
  file: [null, (interaction) => interaction.reply({
    files: [{ attachment: Buffer.from("hello"), name: "hello.txt" }],
  })],
  layout: [null, (interaction) => interaction.reply({
    components: [layout], flags: MessageFlags.IsComponentsV2,
  })],
  take: [
    (command) => command
      .addStringOption((one) => described(one, "text").setMinLength(1).setMaxLength(20))
      .addIntegerOption((one) => described(one, "number").setMinValue(1).setMaxValue(9))
      .addNumberOption((one) => described(one, "ratio"))
      .addBooleanOption((one) => described(one, "yes"))
      .addUserOption((one) => described(one, "who"))
      .addChannelOption((one) => described(one, "where").addChannelTypes(ChannelType.GuildText))
      .addRoleOption((one) => described(one, "role"))
      .addMentionableOption((one) => described(one, "whom"))
      .addAttachmentOption((one) => described(one, "image")),
    take,
  ],
  pick: [
    (command) => command
      .setNameLocalizations({ de: "waehle" })
      .setDescriptionLocalizations({ de: "Waehlt." })
      .addStringOption((one) => described(one, "shape").setNameLocalizations({ de: "form" }).addChoices(
        { name: "square", value: "1:1", name_localizations: { de: "Quadrat" } },
        { name: "wide", value: "16:9" },
      )),
    (interaction) => interaction.reply(`picked ${interaction.options.getString("shape")}`),
  ],
  find: [
    (command) => command.addStringOption((one) => described(one, "word").setAutocomplete(true)),
    (interaction) => interaction.reply(`found ${interaction.options.getString("word")}`),
  ],
  set: [
    (command) => command.addSubcommandGroup((group) => group.setName("colour").setDescription("Sets a colour.")
      .addSubcommand((sub) => sub.setName("deep").setDescription("Sets a deep colour.")
        .addStringOption((one) => described(one, "value")))),
    (interaction) => interaction.reply(
      `${interaction.options.getSubcommand()} ${interaction.options.getString("value")}`,
    ),
  ],
  controls: [null, (interaction) => interaction.reply({ content: "controls", components: controls })],
  fetch: [null, fetchAll],
  dm: [null, async (interaction) => {
    await interaction.reply("dm");
    await interaction.user.send("by message");
  }],
  thread: [null, async (interaction) => {
    await interaction.reply("thread");
    const start = await interaction.channel.send("start");
    const thread = await start.startThread({ name: "strand" });
    await thread.send("in the thread");
  }],
  react: [null, async (interaction) => {
    await interaction.reply("react");
    const message = await interaction.channel.send("react to this");
    await message.react("✅");
  }],
  burst: [null, async (interaction) => {
    await interaction.reply("burst");
    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((number) => interaction.channel.send(`burst ${number}`)));
  }],
};

function take(interaction) {
  const { options } = interaction;
  const said = [
    options.getString("text"), options.getInteger("number"), options.getNumber("ratio"), options.getBoolean("yes"),
    options.getUser("who").id, options.getChannel("where").id, options.getRole("role").id,
    options.getMentionable("whom").id, options.getAttachment("image").name,
  ];
  return interaction.reply(`took ${said.join(" ")}`);
}

function described(option, name) {
  return option.setName(name).setDescription("An option.").setRequired(true);
}

async function fetchAll(interaction) {
  await interaction.deferReply();
  await client.application.fetch();
  const me = await client.users.fetch(client.user.id, { force: true });
  const guild = await client.guilds.fetch({ guild: interaction.guildId, force: true });
  const member = await guild.members.fetch({ user: interaction.user.id, force: true });
  const channel = await client.channels.fetch(interaction.channelId, { force: true });
  await guild.channels.fetch();
  await guild.roles.fetch();
  await channel.messages.fetch({ limit: 5 });
  await channel.messages.fetch((await interaction.fetchReply()).id);
  await interaction.editReply(`fetched ${me.username} ${member.user.username} ${guild.name} ${channel.name}`);
}

function slash(name) {
  const command = new SlashCommandBuilder().setName(name).setDescription("A command.");
  const [options] = commands[name] ?? [null];
  return options === null ? command : options(command);
}

async function registerAll() {
  const menus = [["Wave", ApplicationCommandType.User], ["Quote", ApplicationCommandType.Message]];
  await client.application.commands.set([
    ...Object.keys(commands).map(slash),
    ...Object.keys(forms).map(slash),
    ...menus.map(([name, type]) => new ContextMenuCommandBuilder().setName(name).setType(type)),
  ]);
  await client.application.commands.set([slash("local")], GUILD);
}

async function answer(interaction) {
  if (interaction.isAutocomplete()) {
    const word = `${interaction.options.getFocused()}!`;
    await interaction.respond([{ name: word, value: word }]);
  } else if (interaction.isUserContextMenuCommand()) {
    await interaction.reply(`waved ${interaction.targetUser.username}`);
  } else if (interaction.isMessageContextMenuCommand()) {
    await interaction.reply(`quote ${interaction.targetMessage.content}`);
  } else if (interaction.isModalSubmit()) {
    await interaction.reply(forms[interaction.customId][1](interaction.fields));
  } else if (interaction.isButton()) {
    await interaction.update("pressed");
  } else if (interaction.isStringSelectMenu()) {
    await interaction.reply(`chose ${interaction.values[0]}`);
  } else if (interaction.isUserSelectMenu()) {
    await interaction.reply(`who ${interaction.users.first().id}`);
  } else if (interaction.commandName in forms) {
    const label = forms[interaction.commandName][0](new LabelBuilder().setLabel("Field"));
    await interaction.showModal(
      new ModalBuilder().setTitle("A form").setCustomId(interaction.commandName).addLabelComponents(label),
    );
  } else if (interaction.commandName === "local") {
    await interaction.reply("local");
  } else {
    await commands[interaction.commandName][1](interaction);
  }
}

client.on("interactionCreate", (interaction) => answer(interaction).catch(console.error));
client.on("error", console.error);
client.once("clientReady", () => registerAll().then(() => console.log("ready"), console.error));
client.login(TOKEN);
