/** Tells the time as the sandbox has it (its clock can be moved) and keeps relative times counting. */

import { el } from "./dom.js";

const LOCALE = "en-GB";
let aheadMs = 0;

/** Takes over the sandbox's clock, `now` as it was a moment ago in ISO 8601. */
export function setClock(now) {
  aheadMs = Date.parse(now) - Date.now();
  tick();
}

export function now() {
  return Date.now() + aheadMs;
}

const STEPS = [
  ["year", 365 * 86400],
  ["month", 30 * 86400],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];
const relativeFormat = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" });

/** "in 5 minutes", "3 seconds ago", "now"; whole units, rounded towards now. */
export function relative(atMs, fromMs = now()) {
  const seconds = Math.trunc((atMs - fromMs) / 1000);
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return relativeFormat.format(Math.trunc(seconds / size), unit);
}

const TIME = { hour: "2-digit", minute: "2-digit" };
const DATE = { day: "numeric", month: "long", year: "numeric" };
/** The letters that a timestamp in a message may carry; Discord, message formatting. */
const STYLES = {
  t: TIME,
  T: { ...TIME, second: "2-digit" },
  d: { day: "2-digit", month: "2-digit", year: "numeric" },
  D: DATE,
  f: { ...DATE, ...TIME },
  F: { weekday: "long", ...DATE, ...TIME },
  s: { day: "2-digit", month: "2-digit", year: "numeric", ...TIME },
  S: { day: "2-digit", month: "2-digit", year: "numeric", ...TIME, second: "2-digit" },
};

/** A moment in one of these styles; empty where no calendar reaches (a hostile number). */
export function format(atMs, style = "f") {
  if (Number.isNaN(new Date(atMs).getTime())) return "";
  return new Intl.DateTimeFormat(LOCALE, STYLES[style] ?? STYLES.f).format(atMs);
}

/** The line between two days of a conversation. */
export function day(atMs) {
  return format(atMs, "D");
}

/** A `<time>` in the given style; "R" counts by itself. Out of range (a hostile number) it is plain text. */
export function timestamp(seconds, style = "f") {
  const atMs = seconds * 1000;
  if (Number.isNaN(new Date(atMs).getTime())) return `<t:${seconds}>`;
  const counting = style === "R";
  const element = el("time", { class: "timestamp", datetime: new Date(atMs).toISOString(), title: format(atMs, "F") });
  if (counting) element.dataset.relative = atMs;
  element.textContent = counting ? relative(atMs) : format(atMs, style);
  return element;
}

function tick() {
  for (const element of document.querySelectorAll("time[data-relative]")) {
    const text = relative(Number(element.dataset.relative));
    if (element.textContent !== text) element.textContent = text;
  }
}

/** Starts the counting; once a page. */
export function startCounting() {
  setInterval(tick, 1000);
}
