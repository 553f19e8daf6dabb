/** A text field with suggestions under it: keyboard first, late answers dropped. */

import { el, fill, name, newId } from "./dom.js";
import { floatBelow } from "./float.js";
import { announce } from "./notice.js";

/**
 * A field and its list.
 *
 * `suggest(text, signal)` gives `[{name, description, value}]` or a promise of them; `waitMs` delays it after typing.
 * `pick(choice)` is told a choice, `leaveEmpty(event)` a Backspace in the empty field, `enter()` Enter with nothing to
 * pick, `typed(text)` every change; a `tag` of "textarea" keeps its own arrow keys while no list is open.
 * The list stands at `anchor`, by default at the form around the field, so that it hides none of the form.
 * `eager(text)` says whether the first suggestion is marked at once, so that Enter picks it. What was found for an
 * older text is marked no more, so Enter never puts it in the place of what was typed since.
 * Arrow keys move, Enter and Tab pick, Escape closes the list and only then goes on.
 *
 * Returns `{element, input, picked(), set(choice), write(text), refresh(), close()}`.
 */
export function combobox({
  tag = "input",
  suggest,
  waitMs = 0,
  pick = () => {},
  typed = () => {},
  enter = () => {},
  eager = () => true,
  anchor = null,
  attributes = {},
}) {
  const listId = newId("suggestions");
  const list = el("ul", { class: "options float", role: "listbox", id: listId, "aria-label": "Suggestions" });
  const input = el(tag, {
    type: tag === "input" && "text",
    class: "field",
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": listId,
    "aria-autocomplete": "list",
    autocomplete: "off",
    spellcheck: "false",
    ...attributes,
  });
  const element = el("div", { class: "combobox" }, input);
  let choices = [];
  let active = -1;
  let picked = null;
  let remove = null;
  let timer = 0;
  let asking = new AbortController();

  function close() {
    clearTimeout(timer);
    asking.abort();
    remove?.();
    remove = null;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    element.classList.remove("asking");
  }

  function ask(immediately = false) {
    clearTimeout(timer);
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const run = async () => {
      element.classList.add("asking");
      let found;
      try {
        found = await suggest(input.value, signal);
      } catch (error) {
        if (signal.aborted) return;
        element.classList.remove("asking");
        show([], error.message);
        return;
      }
      // Whatever was typed since has its own question under way.
      if (signal.aborted) return;
      element.classList.remove("asking");
      if (document.activeElement === input) show(found);
    };
    if (immediately || !waitMs) run();
    else timer = setTimeout(run, waitMs);
  }

  function show(found, problem = null) {
    choices = found;
    active = found.length && eager(input.value) ? 0 : -1;
    if (!found.length && !problem) {
      if (remove) announce("No suggestions");
      close();
      return;
    }
    fill(
      list,
      problem && el("li", { class: "quiet", role: "presentation" }, problem),
      found.map((choice, at) =>
        el(
          "li",
          {
            role: "option",
            id: `${listId}-${at}`,
            "aria-selected": "false",
            on: {
              pointerdown: (event) => event.preventDefault(),
              click: () => choose(choice),
              pointermove: () => activate(at),
            },
          },
          el(
            "span",
            { class: "option-text" },
            name(choice.name),
            choice.description && el("small", {}, name(choice.description)),
          ),
        ),
      ),
    );
    remove ??= floatBelow(list, anchor ?? input.closest("form") ?? input, { leave: close });
    input.setAttribute("aria-expanded", String(found.length > 0));
    activate(active);
  }

  function activate(at) {
    list.querySelector(".active")?.classList.remove("active");
    list.querySelector('[aria-selected="true"]')?.setAttribute("aria-selected", "false");
    active = at;
    const item = document.getElementById(`${listId}-${at}`);
    if (!item) return input.removeAttribute("aria-activedescendant");
    item.classList.add("active");
    item.setAttribute("aria-selected", "true");
    item.scrollIntoView({ block: "nearest" });
    return input.setAttribute("aria-activedescendant", item.id);
  }

  function set(choice) {
    picked = choice;
    input.value = choice?.name ?? "";
    typed(input.value);
  }

  function write(text) {
    picked = null;
    input.value = text;
    typed(text);
  }

  function choose(choice) {
    close();
    set(choice);
    pick(choice);
  }

  input.addEventListener("input", () => {
    picked = null;
    if (remove && waitMs) activate(-1);
    typed(input.value);
    ask();
  });
  input.addEventListener("focus", () => ask(true));
  input.addEventListener("click", () => remove || ask(true));
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const last = choices.length - 1;
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!remove && tag === "textarea") return;
      event.preventDefault();
      if (!remove) ask(true);
      else if (event.key === "ArrowDown") activate(active >= last ? 0 : active + 1);
      else activate(active <= 0 ? last : active - 1);
    } else if ((event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) && remove && choices[active]) {
      event.preventDefault();
      choose(choices[active]);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      close();
      enter();
    } else if (event.key === "Escape" && remove) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });

  const refresh = () => document.activeElement === input && ask(true);

  return { element, input, picked: () => picked, set, write, refresh, close };
}
