/** A slash command being filled in: required options first, optional ones added by name, run with Enter. */

import { combobox } from "../widgets/combobox.js";
import { el, fill, name, newId } from "../widgets/dom.js";
import { iconButton } from "../widgets/icons.js";
import { showError } from "../widgets/notice.js";
import { api } from "../world/api.js";
import { typeHint } from "../world/commands.js";
import { askBot, optionField } from "./option-field.js";

/**
 * The form of `command` in `channel`. `done()` is called when it was handed over, `cancel()` when it was given up.
 *
 * Returns `{element, focus()}`.
 */
export function commandForm({ command, channel, app, done, cancel }) {
  const path = `/people/${app.world.meId}/channels/${channel.id}`;
  const errorId = newId("form-error");
  const problem = el("p", { class: "field-error", id: errorId, hidden: true, role: "alert" });
  const list = el("div", { class: "option-list" });
  const send = el("button", { type: "submit", class: "button primary" }, "Run");
  let fields = command.options.filter((option) => option.required).map(makeField);
  let sending = false;

  const rest = () => command.options.filter((option) => !fields.some((field) => field.option.name === option.name));
  const adder = combobox({
    suggest: (text) =>
      rest()
        .filter((option) => option.name.toLowerCase().includes(text.trim().toLowerCase()))
        .map((option) => ({
          name: option.name,
          description: `${option.description} (${typeHint(option)})`,
          value: option.name,
        })),
    // Enter in the empty box runs the command, so nothing is chosen here before an arrow key or a letter.
    eager: (text) => text.trim() !== "",
    pick: ({ value }) => add(value).focus(),
    enter: () => submit(),
    attributes: {
      placeholder: "Add an option",
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
    if (rest().length) adder.input.focus();
    else send.focus();
  }

  function draw() {
    fill(
      list,
      fields.map((field) => field.element),
      rest().length > 0 && el("div", { class: "option adder" }, adder.element),
    );
  }

  /** What can be sent of the fields so far, by option. */
  function values() {
    const found = fields.map((field) => [field.option.name, field.read().value]);
    return Object.fromEntries(found.filter(([, value]) => value !== undefined));
  }

  async function submit() {
    if (sending) return;
    showError(send, problem, "");
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
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    cancel();
  });
  return {
    element,
    focus: () => (fields[0] ? fields[0].focus() : focusEnd()),
  };
}
