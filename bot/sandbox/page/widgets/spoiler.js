/** Covers what should be looked at only on purpose, and remembers on this page what was uncovered. */

import { el, newId } from "./dom.js";

const uncovered = new Set();

/**
 * `draw()`'s nodes in a `tag`, behind a cover until it is pressed. `key` names the place across redraws.
 *
 * What is covered is hidden from screen readers and from the keyboard too. `label` says what is behind.
 */
export function spoiler(tag, key, draw, label = "Spoiler") {
  if (uncovered.has(key)) return el(tag, { class: "spoiler uncovered" }, draw());
  const id = newId("spoiler");
  const content = el(tag, { class: "spoiler-content", id, inert: true, "aria-hidden": "true" }, draw());
  const cover = el(
    "button",
    { type: "button", class: "spoiler-cover", "aria-label": `${label}, hidden. Show it.`, "aria-controls": id },
    tag === "span" ? "" : el("span", {}, label),
  );
  const box = el(tag, { class: "spoiler covered" }, content, cover);
  cover.addEventListener("click", () => {
    uncovered.add(key);
    cover.remove();
    content.inert = false;
    content.removeAttribute("aria-hidden");
    box.classList.replace("covered", "uncovered");
    content.tabIndex = -1;
    content.focus({ preventScroll: true });
  });
  return box;
}
