/** Says things: aloud to screen readers, and as a note at the edge of the page to everybody. */

import { el, fill } from "./dom.js";
import { iconButton } from "./icons.js";

const SHOWN_MS = 7000;

/** Speaks without showing; `urgent` interrupts. Said again, the same words are heard again. */
export function announce(text, urgent = false) {
  const region = document.getElementById(urgent ? "announce-now" : "announce");
  const line = el("p", {}, text);
  region.append(line);
  setTimeout(() => line.remove(), SHOWN_MS);
}

/** Shows and speaks one sentence; `kind` is "info" or "error". An error stays until it is closed. */
export function notify(text, kind = "info") {
  const note = el(
    "div",
    { class: ["note", kind] },
    el("span", {}, text),
    iconButton("close", "Close this note", () => note.remove()),
  );
  document.getElementById("notes").append(note);
  announce(text, kind === "error");
  if (kind === "info") setTimeout(() => note.remove(), SHOWN_MS);
}

/** Runs what may be refused and shows the sentence if it was; returns undefined then. */
export async function tell(promise) {
  try {
    return await promise;
  } catch (error) {
    notify(error.message, "error");
    return undefined;
  }
}

/** The sentence under a field, or nothing; keeps the field's `aria-invalid` in step. */
export function showError(field, place, text) {
  fill(place, text);
  place.hidden = !text;
  if (text) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}
