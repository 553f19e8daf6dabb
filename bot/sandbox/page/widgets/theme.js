/** Light or dark: as the system says, until somebody says otherwise here. */

import { el, fill } from "./dom.js";
import { icon } from "./icons.js";

const KEY = "theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

const chosen = () => localStorage.getItem(KEY);
const current = () => chosen() ?? (dark.matches ? "dark" : "light");

/** Puts the switch into `root` and the theme on the page. */
export function showTheme(root) {
  const button = el("button", { type: "button", class: "icon-button", id: "theme" });
  const draw = () => {
    const next = current() === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = current();
    fill(button, icon(next === "dark" ? "moon" : "sun"));
    button.title = `Use the ${next} theme`;
    button.setAttribute("aria-label", button.title);
  };
  button.addEventListener("click", () => {
    localStorage.setItem(KEY, current() === "dark" ? "light" : "dark");
    draw();
  });
  dark.addEventListener("change", draw);
  draw();
  root.append(button);
}
