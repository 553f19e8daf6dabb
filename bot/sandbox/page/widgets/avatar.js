/** Faces made from initials, so that nobody's picture has to be fetched. */

import { el } from "./dom.js";

/** Dark enough for white letters at WCAG AA (4.5:1). */
const COLOURS = ["#8a3b52", "#7a4a1e", "#5b5a16", "#2f6a3b", "#1d6763", "#20608f", "#4a4f9e", "#75408f"];

function initials(text) {
  const words = text
    .trim()
    .split(/[\s_.-]+/u)
    .filter(Boolean);
  const letters =
    words.length > 1 ? [words[0], words.at(-1)].map((word) => [...word][0]) : [...(words[0] ?? "?")].slice(0, 2);
  return letters.join("").toUpperCase();
}

/** The face of a user; decoration, since the name always stands beside it. */
export function avatar(user, shownName, size = "") {
  const colour = COLOURS[Number(BigInt(user?.id ?? 0) % BigInt(COLOURS.length))];
  return el(
    "span",
    { class: ["avatar", size], "aria-hidden": "true", style: { "--face": colour } },
    initials(shownName),
  );
}
