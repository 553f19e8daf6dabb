/** Line drawings, and the buttons that show nothing else. */

import { el } from "./dom.js";

/** Paths on a ground of 24 by 24. */
const ICONS = {
  hash: "M9 3 7 21M17 3l-2 18M4 8.5h17M3 15.5h17",
  lock: "M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11",
  thread: "M5 4v9a4 4 0 0 0 4 4h10M15 13l4 4-4 4M9 8h10",
  horn: "M4 10v4l10 5V5zM4 14v1a3 3 0 0 0 5 2M18 9a4 4 0 0 1 0 6",
  voice: "M4 9.5v5h3.5L13 19V5L7.5 9.5zM16 9a4 4 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20a6.5 6.5 0 0 1 13 0M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14a6.5 6.5 0 0 1 3.5 6",
  code: "m8 7-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5",
  sun: "M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M19 5l-1.4 1.4M6.4 17.6 5 19",
  gear: "M4 7h8M20 7h-2M4 17h2M20 17h-8M15 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M9 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5",
  menu: "M4 6h16M4 12h16M4 18h16",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  close: "M6 6l12 12M18 6 6 18",
  plus: "M12 5v14M5 12h14",
  send: "M4 12 20 4l-5 16-3.5-6.5z",
  down: "m6 9 6 6 6-6",
  left: "m15 5-7 7 7 7",
  right: "m9 5 7 7-7 7",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  open: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
  check: "m5 12.5 4.5 4.5L19 7.5",
  reply: "M9 6 4 11l5 5M4 11h10a6 6 0 0 1 6 6v1",
};

/** A line drawing that is decoration: what it means is said by the label beside it. */
export function icon(which) {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[which]);
  drawing.append(path);
  return drawing;
}

/**
 * A button that shows only an icon and says what it does to those who cannot see it. A `word` stands beside the icon
 * where there is room.
 */
export function iconButton(which, label, press, { word, ...attributes } = {}) {
  return el(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, on: { click: press }, ...attributes },
    icon(which),
    word && el("span", { class: "word" }, word),
  );
}
