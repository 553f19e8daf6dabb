/**
 * A slash command being filled in: required options first, optional ones added by name, run with Enter.
 *
 * No word that was typed is lost: what stands in no option yet is asked about before anything runs.
 */

import { combobox } from "../widgets/combobox.js";
import { el, fill, name, newId } from "../widgets/dom.js";
import { iconButton } from "../widgets/icons.js";
import { showError } from "../widgets/notice.js";
import { api } from "../world/api.js";
import { firstText, takesText, typeHint } from "../world/commands.js";
import { askBot, optionField } from "./option-field.js";

/**
 * The form of `command` in `channel`, filled in with what a line says: `words`, for the first text that must be there, and
 * `values` by option. `done()` is called when it was handed over, `cancel()` when it was given up.
 *
 * Returns `{element, focus(), submit(), line()}`; `line()` is what it says, as somebody would type it.
 */
export function commandForm({ command, words, values: given, channel, app, done, cancel }) {
  const path = `/people/${app.world.meId}/channels/${channel.id}`;
  const errorId = newId("form-error");
  const problem = el("p", { class: "field-error", id: errorId, hidden: true, role: "alert" });
  const list = el("div", { class: "option-list" });
  const send = el("button", { type: "submit", class: "button primary" }, "Run");
  const free = firstText(command);
  let fields = command.options.filter((option) => option.required || option.name in given).map(makeField);
  let sending = false;
  /** The field that was typed in last. */
  let last = null;

  const rest = () => command.options.filter((option) => !fields.some((field) => field.option.name === option.name));
  const addTitle = el("span", { class: "label quiet", "aria-hidden": "true" });
  const named = (text) => rest().filter((option) => option.name.toLowerCase().includes(text.trim().toLowerCase()));
  const adder = combobox({
    suggest: (text) => {
      const offer = (option, description, rested) => ({ name: option.name, description, value: option.name, rested });
      const found = named(text).map((option) => offer(option, [option.description, typeHint(option)].filter(Boolean).join(" · ")));
      if (found.length) return found;
      const said = text.trim();
      return rest()
        .filter(takesText)
        .map((option) => offer(option, `Put “${said}” here. ${option.description}`, said));
    },
    // Enter in the empty box runs the command, so nothing is chosen here before an arrow key or a letter.
    eager: (text) => text.trim() !== "" && named(text).length > 0,
    pick: ({ value, rested }) => {
      const made = add(value);
      if (rested) made.write(rested);
      made.focus();
    },
    typed: () => showError(adder.input, problem, ""),
    enter: () => submit(),
    attributes: {
      "aria-label": "Add an option. Enter in the empty box runs the command.",
    },
  });

  function makeField(option) {
    const made = optionField({
      option,
      app,
      channel,
      ask: (text, signal) =>
        askBot(
          app,
          channel.id,
          { command: command.name, options: { ...values(), [option.name]: text }, focused: option.name },
          signal,
        ),
      next: () => forward(made),
      enter: () => submit(),
      remove: () => removeField(made),
    });
    return made;
  }

  function add(optionName) {
    const made = makeField(command.options.find((option) => option.name === optionName));
    fields = [...fields, made];
    adder.set(null);
    draw();
    return made;
  }

  function removeField(field) {
    const at = fields.indexOf(field);
    fields = fields.filter((one) => one !== field);
    draw();
    if (fields[at - 1]) fields[at - 1].focus();
    else focusEnd();
  }

  /** To the next field that still wants something, else to where another can be added or the command run. */
  function forward(field) {
    const empty = fields.slice(fields.indexOf(field) + 1).find((one) => one.option.required && one.read().error);
    if (empty) empty.focus();
    else focusEnd();
  }

  function focusEnd() {
    adder.input.focus();
  }

  // It stays where there is nothing to add: somebody who goes on typing types somewhere.
  function draw() {
    addTitle.textContent = rest().length ? "Add an option" : "Nothing more to fill in";
    fill(
      list,
      fields.map((field) => field.element),
      el("div", { class: "option" }, el("div", { class: "option-head" }, addTitle), adder.element),
    );
  }

  /** What can be sent of the fields so far, by option. */
  function values() {
    const found = fields.map((field) => [field.option.name, field.read().value]);
    return Object.fromEntries(found.filter(([, value]) => value !== undefined));
  }

  /** What it says, as somebody would type it: it is read again by `readLine`. */
  function line() {
    const texts = fields.map((field) => [field.option, field.partial()]).filter(([, text]) => text);
    const first = texts.filter(([option]) => option === free).map(([, text]) => text);
    const others = texts.filter(([option]) => option !== free).map(([option, text]) => `${option.name}:${text}`);
    return [`/${command.name}`, ...first, adder.input.value, ...others].join(" ");
  }

  async function submit() {
    if (sending) return;
    showError(adder.input, problem, "");
    showError(send, problem, "");
    const rested = adder.input.value.trim();
    if (rested) {
      const [why, choose] = rest().length
        ? ["belongs to no option yet", "Choose one for it, or empty"]
        : [`is more than /${command.name} takes`, "Empty"];
      showError(adder.input, problem, `“${rested}” ${why}. ${choose} the box.`);
      adder.input.focus();
      adder.refresh();
      return;
    }
    const wrong = fields.filter((field) => {
      const { error } = field.read();
      field.complain(error ?? "");
      return error;
    });
    if (wrong.length) {
      wrong[0].focus();
      return;
    }
    sending = true;
    send.disabled = true;
    const request = api.post(`${path}/slash`, { command: command.name, options: values() });
    const answered = app.interactions.ask(`slash/${newId("run")}`, request);
    try {
      await request;
    } catch (error) {
      answered.catch(() => {});
      refuse(error);
      return;
    } finally {
      sending = false;
      send.disabled = false;
    }
    app.follow(`/${command.name}`, answered);
    done();
  }

  function refuse(error) {
    const mentioned = Object.entries(error.fields ?? {}).filter(([key]) =>
      command.options.some((option) => option.name === key),
    );
    for (const [key, text] of mentioned) (fields.find((field) => field.option.name === key) ?? add(key)).complain(text);
    if (mentioned.length) fields.find((field) => field.option.name === mentioned[0][0]).focus();
    else showError(send, problem, error.message);
  }

  for (const field of fields) if (field.option.name in given) field.write(given[field.option.name]);
  const open = fields.find((field) => field.option === free);
  if (words && open) open.write([words, open.partial()].filter(Boolean).join(" "));
  else if (words) adder.write(words);
  draw();
  const element = el(
    "form",
    { class: "command-form", "aria-label": `Command ${command.name}`, novalidate: true },
    el(
      "div",
      { class: "command-head" },
      el("div", {}, el("strong", {}, "/", name(command.name)), el("p", { class: "quiet" }, name(command.description))),
      iconButton("close", `Give up /${command.name}`, cancel),
    ),
    list,
    problem,
    el(
      "div",
      { class: "command-foot" },
      el("span", { class: "quiet keys" }, "Enter runs it · Escape gives it up"),
      send,
    ),
  );
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  element.addEventListener("focusin", ({ target }) => {
    if (target.matches("input")) last = target;
  });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    cancel();
  });
  return {
    element,
    submit,
    line,
    focus: () => {
      if (last?.isConnected) last.focus();
      else if (words && !open) adder.input.focus();
      else (fields.find((field) => field.option.required && field.read().error) ?? open ?? fields[0] ?? { focus: focusEnd }).focus();
    },
  };
}
