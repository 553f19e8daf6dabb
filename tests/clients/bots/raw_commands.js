// The common commands as Discord's JSON, for the libraries that take them so.
"use strict";

const needed = (type, name, more = {}) => ({ type, name, description: "An option.", required: true, ...more });

const options = {
  take: [
    needed(3, "text", { min_length: 1, max_length: 20 }),
    needed(4, "number", { min_value: 1, max_value: 9 }),
    needed(10, "ratio"),
    needed(5, "yes"),
    needed(6, "who"),
    needed(7, "where", { channel_types: [0] }),
    needed(8, "role"),
    needed(9, "whom"),
    needed(11, "image"),
  ],
  pick: [
    needed(3, "shape", {
      name_localizations: { de: "form" },
      choices: [
        { name: "square", value: "1:1", name_localizations: { de: "Quadrat" } },
        { name: "wide", value: "16:9" },
      ],
    }),
  ],
  find: [needed(3, "word", { autocomplete: true })],
  set: [
    {
      type: 2, name: "colour", description: "Sets a colour.", options: [
        { type: 1, name: "deep", description: "Sets a deep colour.", options: [needed(3, "value")] },
      ],
    },
  ],
};

const localised = {
  pick: { name_localizations: { de: "waehle" }, description_localizations: { de: "Waehlt." } },
};

const slash = (name) => ({
  type: 1, name, description: "A command.", options: options[name] ?? [], ...localised[name],
});

// All but the guild's own, whose name is "local".
exports.global = (names) => [...names.map(slash), { type: 2, name: "Wave" }, { type: 3, name: "Quote" }];
exports.local = [slash("local")];

exports.controls = [
  { type: 1, components: [{ type: 2, style: 1, label: "Press", custom_id: "press" }] },
  {
    type: 1, components: [
      { type: 3, custom_id: "choose", options: [{ label: "a", value: "a" }, { label: "b", value: "b" }] },
    ],
  },
  { type: 1, components: [{ type: 5, custom_id: "who" }] },
];
