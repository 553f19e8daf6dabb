/** What stands above the first message of a place: what this is, lines to try, and who one can be. */

import { avatar } from "../widgets/avatar.js";
import { el, name } from "../widgets/dom.js";
import { markdown } from "./markdown-view.js";

/** The welcome that the sandbox was given, `{text, examples, people}`, for the person in `app`. */
export function welcomeElement({ text, examples, people }, app) {
  return el(
    "section",
    { class: "welcome", "aria-label": "Welcome" },
    markdown(text, app, "welcome"),
    examples.length > 0 &&
      el(
        "ul",
        { class: "examples", "aria-label": "Examples to press" },
        examples.map(({ label, line }) =>
          el(
            "li",
            {},
            el(
              "button",
              { type: "button", class: "example", "data-key": `example/${line}`, on: { click: () => app.runLine(line) } },
              el("span", {}, name(label)),
              el("code", {}, line),
            ),
          ),
        ),
      ),
    people.length > 0 &&
      el(
        "ul",
        { class: "cast", "aria-label": "People to be" },
        people.map((one) => role(one, app)),
      ),
  );
}

function role({ user_id: id, text }, app) {
  const { world } = app;
  const person = app.people.find(({ user }) => user.id === id);
  if (!person) return null;
  const shown = world.userName(person.user);
  return el(
    "li",
    {},
    avatar(person.user, shown),
    el(
      "div",
      {},
      el("strong", {}, name(shown)),
      person.title && el("span", { class: "quiet" }, ` · ${person.title}`),
      markdown(text, app, `welcome/${id}`),
    ),
    id === world.meId
      ? el("span", { class: "you" }, "you")
      : el(
          "button",
          {
            type: "button",
            class: "button secondary",
            "data-key": `be/${id}`,
            "aria-label": `Be ${shown}`,
            on: { click: () => app.speakAs(id) },
          },
          el("span", {}, "Be ", name(shown)),
        ),
  );
}
