/** Draws what can be pressed or chosen in a message and hands it to the bot. */

import { el, linkAddress, name } from "../widgets/dom.js";
import { icon } from "../widgets/icons.js";
import { picker, selectChoices } from "./picker.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "premium" };

/** The name under which a control waits for the bot, the same whenever the message is drawn. */
export const subject = (message, customId) => `${message.id}/${customId}`;

function emojiText(emoji) {
  if (!emoji) return null;
  return el("span", { class: "emoji" }, emoji.id ? `:${emoji.name}:` : emoji.name);
}

export function button(one, { app, message }) {
  const face = [emojiText(one.emoji), one.label && name(one.label)];
  if (one.style === 5) {
    const address = linkAddress(one.url);
    const attributes = {
      class: "button link",
      href: address,
      target: "_blank",
      rel: "noopener noreferrer nofollow",
      title: address,
    };
    if (!address || one.disabled)
      return el("span", { class: "button link", role: "link", "aria-disabled": "true" }, face);
    return el("a", attributes, face, icon("open"));
  }
  const key = subject(message, one.custom_id);
  const waits = app.interactions.isBusy(key);
  return el(
    "button",
    {
      type: "button",
      class: ["button", STYLES[one.style] ?? "secondary"],
      disabled: one.disabled || !one.custom_id,
      "aria-label": one.label ? null : (one.emoji?.name ?? "Button"),
      "aria-busy": waits && "true",
      "data-key": key,
      on: { click: () => app.press(message, one.custom_id) },
    },
    face,
  );
}

export function selectMenu(one, { app, message }) {
  const key = subject(message, one.custom_id);
  const { choices, chosen } = selectChoices(one, app.world, app.world.channel(message.channel_id));
  const { element } = picker({
    choices,
    chosen,
    least: one.min_values ?? 1,
    most: one.max_values ?? 1,
    placeholder: one.placeholder ?? "Choose …",
    label: one.placeholder ?? "Menu",
    disabled: one.disabled,
    commit: (values) => app.choose(message, one.custom_id, values),
  });
  const opener = element.querySelector("button");
  opener.dataset.key = key;
  if (app.interactions.isBusy(key)) opener.setAttribute("aria-busy", "true");
  return element;
}
