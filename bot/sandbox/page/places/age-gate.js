/** The question before an age-restricted channel, asked once a person, channel and browser tab. */

import { el, fill, name } from "../widgets/dom.js";

const key = (personId, channelId) => `age/${personId}/${channelId}`;

/** Whether this person has already said yes to this channel in this tab. */
export function hasPassed(personId, channelId) {
  return sessionStorage.getItem(key(personId, channelId)) === "yes";
}

/** Asks in `root`; `enter()` after a yes, `back()` after a no. */
export function askAge(root, channel, personId, { enter, back }) {
  const yes = () => {
    sessionStorage.setItem(key(personId, channel.id), "yes");
    enter();
  };
  const title = el("h2", { tabindex: -1 }, "#", name(channel.name), " is age-restricted");
  fill(
    root,
    el(
      "section",
      { class: "panel", "aria-label": "Age-restricted channel" },
      el("p", { class: "adult large", "aria-hidden": "true" }, "18+"),
      title,
      el("p", {}, "What is shown here may not be for everybody. Go on only if you are at least 18 years old."),
      el(
        "div",
        { class: "row" },
        el("button", { type: "button", class: "button danger", on: { click: yes } }, "I am 18 or older"),
        el("button", { type: "button", class: "button secondary", on: { click: back } }, "Go back"),
      ),
    ),
  );
  title.focus();
}
