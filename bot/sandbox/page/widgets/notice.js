/** Says things: aloud to screen readers, and as a note at the edge of the page to everybody. */

import { el, fill } from "./dom.js";
import { iconButton } from "./icons.js";

const SHOWN_MS = 7000;
/** Longer than it takes to read one twice; nothing stays, because it lies over what is below it. */
const ERROR_SHOWN_MS = 20_000;

/** Speaks without showing; `urgent` interrupts. Said again, the same words are heard again. */
export function announce(text, urgent = false) {
  const region = document.getElementById(urgent ? "announce-now" : "announce");
  const line = el("p", {}, text);
  region.append(line);
  setTimeout(() => line.remove(), SHOWN_MS);
}

/** Shows and speaks one sentence; `kind` is "info" or "error". Under the pointer and with the focus it stays. */
export function notify(text, kind = "info") {
  const note = el(
    "div",
    { class: ["note", kind] },
    el("span", {}, text),
    iconButton("close", "Close this note", () => note.remove()),
  );
  document.getElementById("notes").append(note);
  announce(text, kind === "error");
  const leave = () => (note.matches(":hover, :focus-within") ? setTimeout(leave, SHOWN_MS) : note.remove());
  setTimeout(leave, kind === "info" ? SHOWN_MS : ERROR_SHOWN_MS);
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
