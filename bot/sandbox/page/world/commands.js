/** Reads the schemas of commands: full names, what fits a search, whether a value is allowed. Draws nothing. */

export const COMMAND = { slash: 1, user: 2, message: 3 };
export const OPTION = {
  sub: 1,
  group: 2,
  string: 3,
  integer: 4,
  boolean: 5,
  user: 6,
  channel: 7,
  role: 8,
  mentionable: 9,
  number: 10,
  attachment: 11,
};

/** Discord's own bound for whole numbers and numbers in options, 2^53. */
const LARGEST = 2 ** 53;

/** Every slash command that can be run, sub-commands by their full names: `{name, description, nsfw, options}`. */
export function runnable(commands) {
  return commands
    .filter((command) => (command.type ?? COMMAND.slash) === COMMAND.slash)
    .flatMap((command) => unfold(command, command.name, command.nsfw));
}

function unfold(node, name, nsfw) {
  const inner = (node.options ?? []).filter((option) => option.type === OPTION.sub || option.type === OPTION.group);
  if (!inner.length) return [{ name, description: node.description, nsfw: Boolean(nsfw), options: node.options ?? [] }];
  return inner.flatMap((option) => unfold(option, `${name} ${option.name}`, nsfw));
}

/** Names of the context menu commands of one type. */
export function menuCommands(commands, type) {
  return commands.filter((command) => command.type === type).map((command) => command.name);
}

/**
 * What a typed line says: `{command, begun, words, values}`, or null where it begins with no command.
 *
 * `begun` is whether anything stands behind the name, if only a space; `values` are those of options that the line names
 * ("tags: smile"), `words` all that stands before the first of them. The space that ends the line stays: where somebody is
 * still typing, it parts the words that are here from the one that comes next.
 */
export function readLine(commands, line) {
  if (!line.startsWith("/")) return null;
  const [, typed] = /^\/\s*([\s\S]*)$/.exec(line);
  const begins = ({ name }) => typed.toLowerCase().startsWith(name.toLowerCase()) && /^(\s|$)/.test(typed.slice(name.length));
  const [command] = commands.filter(begins).sort((a, b) => b.name.length - a.name.length);
  if (!command) return null;
  const rest = typed.slice(command.name.length);
  const named = [...rest.matchAll(/(?<=^|\s)([\p{L}\p{N}_-]+):/gu)].filter(
    ([, name], at, all) =>
      command.options.some((option) => option.name === name) && all.findIndex((one) => one[1] === name) === at,
  );
  const text = (from, to) => (to === undefined ? rest.slice(from).trimStart() : rest.slice(from, to).trim());
  const values = named.map((match, at) => [match[1], text(match.index + match[0].length, named[at + 1]?.index)]);
  return { command, begun: rest !== "", words: text(0, named[0]?.index), values: Object.fromEntries(values) };
}

/** Whether an option takes any text. */
export function takesText(option) {
  return option.type === OPTION.string && !option.choices?.length;
}

/** The option that words without a name belong to: the first that must be there and takes text; undefined: none. */
export function firstText(command) {
  return command.options.find((option) => option.required && takesText(option));
}

/**
 * The commands that fit what was typed after the slash: start of the name first, then inside it, then description; of
 * equals those first that a line of `usual` begins with.
 */
export function matching(commands, typed, usual = []) {
  const wanted = typed.trim().toLowerCase();
  const rank = (command) => {
    const name = command.name.toLowerCase();
    if (name.startsWith(wanted)) return 0;
    if (name.includes(wanted)) return 1;
    return command.description.toLowerCase().includes(wanted) ? 2 : 3;
  };
  const place = ({ name }) => {
    const at = usual.findIndex((line) => `${line} `.startsWith(`/${name} `));
    return at === -1 ? usual.length : at;
  };
  return commands
    .map((command) => ({ command, rank: rank(command), place: place(command) }))
    .filter((one) => one.rank < 3)
    .sort((a, b) => a.rank - b.rank || a.place - b.place || a.command.name.localeCompare(b.command.name))
    .map((one) => one.command);
}

/** What a field says about its value beside its name: "a number from 1 to 4", "at most 100 characters". */
export function typeHint(option) {
  const kind = {
    [OPTION.string]: option.choices?.length ? "choose one" : "",
    [OPTION.integer]: "a number",
    [OPTION.number]: "a number, with decimals",
    [OPTION.boolean]: "yes or no",
    [OPTION.user]: "a person",
    [OPTION.channel]: "a channel",
    [OPTION.role]: "a role",
    [OPTION.mentionable]: "a person or a role",
    [OPTION.attachment]: "a file",
  }[option.type];
  const numeric = [OPTION.integer, OPTION.number].includes(option.type);
  const range = numeric
    ? span(option.min_value, option.max_value)
    : span(
        option.min_length > 1 ? option.min_length : undefined,
        option.max_length < 6000 ? option.max_length : undefined,
      );
  if (!range) return kind;
  return numeric
    ? `${kind}, ${range}`
    : `${range} ${(option.max_length ?? option.min_length) === 1 ? "character" : "characters"}`;
}

function span(least, most) {
  if (least !== undefined && most !== undefined) return least === most ? `exactly ${least}` : `${least} to ${most}`;
  if (least !== undefined) return `at least ${least}`;
  return most === undefined ? "" : `at most ${most}`;
}

/**
 * The value to send for what stands in a field, or what is wrong with it: `{value}` (undefined: left out) or `{error}`.
 *
 * `typed` is the text, `picked` the choice that it came from, if any.
 */
export function valueOf(option, typed, picked) {
  if (picked) return { value: picked.value };
  if (typed.trim() === "") return option.required ? { error: "This option is required." } : {};
  const numeric = option.type === OPTION.integer || option.type === OPTION.number;
  if (option.choices?.length || (!numeric && option.type !== OPTION.string))
    return { error: "Choose one from the list." };
  if (!numeric) return checkLength(option, typed.trim());
  const value = Number(typed.trim().replace(",", "."));
  if (!Number.isFinite(value)) return { error: "This must be a number." };
  if (option.type === OPTION.integer && !Number.isInteger(value)) return { error: "This must be a whole number." };
  const [least, most] = [option.min_value ?? -LARGEST, option.max_value ?? LARGEST];
  if (value < least) return { error: `At least ${least}.` };
  if (value > most) return { error: `At most ${most}.` };
  return { value };
}

function checkLength(option, typed) {
  const length = [...typed].length;
  if (length < (option.min_length ?? 0)) return { error: `At least ${counted(option.min_length)}.` };
  if (length > (option.max_length ?? 6000)) return { error: `At most ${counted(option.max_length ?? 6000)}.` };
  return { value: typed };
}

function counted(characters) {
  return characters === 1 ? "1 character" : `${characters} characters`;
}
