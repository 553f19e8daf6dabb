/** One option of a slash command as a field: its name, what it takes, its suggestions, and what is wrong with it. */

import { selectChoices } from "../messages/picker.js";
import { combobox } from "../widgets/combobox.js";
import { el, name, newId } from "../widgets/dom.js";
import { iconButton } from "../widgets/icons.js";
import { showError } from "../widgets/notice.js";
import { api } from "../world/api.js";
import { OPTION, takesText, typeHint, valueOf } from "../world/commands.js";
import { filePlace } from "./file-place.js";

const AUTOCOMPLETE_WAIT_MS = 150;
const SHOWN = 25;

/** The select component that lists the same things as an option of this type does. */
const LISTED_AS = { [OPTION.user]: 5, [OPTION.role]: 6, [OPTION.mentionable]: 7, [OPTION.channel]: 8 };

/**
 * A field for `option`.
 *
 * `ask(text, signal)` gives the bot's suggestions; `next()` goes on after a pick, `enter()` is Enter without one,
 * `remove()` takes an optional field away. Returns `{element, focus(), read(), partial(), write(text), complain(text)}`.
 */
export function optionField({ option, app, channel, ask, next, enter, remove }) {
  const ids = { label: newId("option"), hint: newId("hint"), error: newId("error") };
  const error = el("p", { class: "field-error", id: ids.error, hidden: true, role: "alert" });
  const control = option.type === OPTION.attachment ? fileControl() : textControl();
  const element = el(
    "div",
    { class: "option", "data-option": option.name },
    el(
      "div",
      { class: "option-head" },
      el(
        "label",
        { id: ids.label, for: control.input.id },
        name(option.name),
        option.required && el("span", { class: "required", "aria-hidden": "true" }, " required"),
      ),
      !option.required && iconButton("close", `Remove ${option.name}`, remove),
    ),
    control.element,
    el(
      "p",
      { class: "hint", id: ids.hint },
      name(option.description),
      typeHint(option) && el("span", { class: "quiet" }, ` · ${typeHint(option)}`),
    ),
    error,
  );

  function textControl() {
    const { suggest, waitMs } = suggestions();
    const box = combobox({
      suggest,
      waitMs,
      // Whoever writes freely means what they wrote: Enter runs it, and a suggestion is taken by the arrow keys.
      eager: () => !(option.required && takesText(option)),
      pick: next,
      enter,
      typed: () => complain(""),
      attributes: {
        id: newId("value"),
        "aria-describedby": `${ids.hint} ${ids.error}`,
        "aria-required": option.required && "true",
        inputmode: { [OPTION.integer]: "numeric", [OPTION.number]: "decimal" }[option.type],
      },
    });
    box.input.addEventListener("keydown", (event) => {
      if (event.key === "Backspace" && box.input.value === "" && !option.required) {
        event.preventDefault();
        remove();
      }
    });
    return {
      element: box.element,
      input: box.input,
      read: () => valueOf(option, box.input.value, matchOf(box)),
      partial: () => box.input.value,
      write: (text) => box.write(text),
    };
  }

  /** What was picked, or the choice whose name was typed out in full. */
  function matchOf(box) {
    const typed = box.input.value.trim().toLowerCase();
    return (
      box.picked() ??
      (option.autocomplete
        ? null
        : localChoices()?.find(
            (choice) =>
              choice.name.toLowerCase() === typed ||
              String(choice.value).toLowerCase() === typed ||
              choice.name.toLowerCase() === `@${typed}` ||
              choice.name.toLowerCase() === `#${typed}`,
          )) ??
      null
    );
  }

  function localChoices() {
    if (option.choices?.length) return option.choices;
    if (option.type === OPTION.boolean)
      return [
        { name: "Yes", value: true },
        { name: "No", value: false },
      ];
    const type = LISTED_AS[option.type];
    return type ? selectChoices({ type, channel_types: option.channel_types }, app.world, channel).choices : null;
  }

  function suggestions() {
    if (option.autocomplete) return { suggest: ask, waitMs: AUTOCOMPLETE_WAIT_MS };
    return {
      waitMs: 0,
      suggest: (text) => {
        const wanted = text.trim().toLowerCase();
        const all = localChoices() ?? [];
        // A list whose value is already in the field is shown whole, to choose another.
        const exact = all.some((choice) => choice.name.toLowerCase() === wanted);
        return (exact ? all : all.filter((choice) => choice.name.toLowerCase().includes(wanted))).slice(0, SHOWN);
      },
    };
  }

  function fileControl() {
    const place = filePlace({
      app,
      most: 1,
      labelledBy: ids.label,
      describedBy: `${ids.hint} ${ids.error}`,
      changed: () => complain(""),
    });
    place.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && place.files().length) {
        event.preventDefault();
        enter();
      }
    });
    return {
      element: place.element,
      input: place.input,
      read: () => {
        if (place.busy()) return { error: "The file is still on its way." };
        const [file] = place.files();
        return file ? { value: file.id } : option.required ? { error: "This option is required." } : {};
      },
      partial: () => place.files()[0]?.id,
      write: () => {},
    };
  }

  function complain(text) {
    showError(control.input, error, text);
  }

  return {
    option,
    element,
    complain,
    focus: () => control.input.focus(),
    read: () => control.read(),
    partial: () => control.partial(),
    write: (text) => control.write(text),
  };
}

/** Asks the bot for suggestions through the sandbox; a bot that is silent is a sentence in the list. */
export async function askBot(app, channelId, body, signal) {
  const { choices } = await api.post(`/people/${app.world.meId}/channels/${channelId}/autocomplete`, body, { signal });
  return choices;
}
