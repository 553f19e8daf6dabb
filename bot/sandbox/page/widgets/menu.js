/** A context menu: opened by the right button, a press on "more", or the keyboard; walked with the arrow keys. */

import { el, name } from "./dom.js";
import { floatBelow } from "./float.js";

/**
 * Opens a menu at an event. `groups` are lists of `{label, run, danger, title}`; empty groups are left out.
 *
 * The focus returns to where it was, unless what was run took it elsewhere.
 */
export function openMenu(event, groups, label) {
  event.preventDefault();
  const before = document.activeElement;
  const anchor = event.currentTarget;
  const byPointer = event.type === "contextmenu" && (event.clientX > 0 || event.clientY > 0);
  const items = groups.filter((group) => group.length);
  const menu = el(
    "div",
    { class: "float menu", role: "menu", "aria-label": label },
    items.map((group, at) => [
      at > 0 && el("div", { role: "separator", class: "menu-line" }),
      group[0].title && el("p", { class: "menu-title", role: "presentation" }, group[0].title),
      group.map((item) =>
        el(
          "button",
          {
            type: "button",
            role: "menuitem",
            tabindex: -1,
            class: item.danger && "danger",
            on: { click: () => (leave(), item.run()) },
          },
          name(item.label),
        ),
      ),
    ]),
  );
  const close = floatBelow(menu, anchor, {
    leave: () => leave(),
    point: byPointer ? { x: event.clientX, y: event.clientY } : undefined,
  });
  const buttons = [...menu.querySelectorAll("button")];

  function leave() {
    close();
    if (before?.isConnected) before.focus({ preventScroll: true });
  }

  menu.addEventListener("keydown", (pressed) => {
    const at = buttons.indexOf(document.activeElement);
    const to = {
      ArrowDown: (at + 1) % buttons.length,
      ArrowUp: (at - 1 + buttons.length) % buttons.length,
      Home: 0,
      End: buttons.length - 1,
    }[pressed.key];
    if (to !== undefined) buttons[to].focus();
    else if (pressed.key === "Escape" || pressed.key === "Tab") leave();
    else return;
    pressed.preventDefault();
    pressed.stopPropagation();
  });
  buttons[0]?.focus();
}
