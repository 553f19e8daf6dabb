/** Dialogs of the page itself: a titled box, and a question that must be answered before something is lost. */

import { el, name, newId } from "./dom.js";
import { iconButton } from "./icons.js";

/**
 * Shows a `<dialog>` above everything until it is closed, then gives the focus back: to what had it, or, if that was
 * drawn anew by a live edit meanwhile, to what stands in its place.
 */
export function showModal(dialog) {
  const key = document.activeElement?.dataset.key;
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (key && document.activeElement === document.body) {
      document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
    }
  });
  document.body.append(dialog);
  dialog.showModal();
}

/** Opens a box with a title; returns the `<dialog>`, which removes itself when closed. */
export function openDialog(title, ...children) {
  const titleId = newId("dialog");
  const dialog = el(
    "dialog",
    { class: "modal", "aria-labelledby": titleId },
    el(
      "header",
      {},
      el("h2", { id: titleId }, name(title)),
      iconButton("close", "Close", () => dialog.close()),
    ),
    el("div", { class: "modal-body" }, children),
  );
  showModal(dialog);
  return dialog;
}

/** Asks before something that cannot be undone; resolves to whether it was agreed to. */
export function confirmed(title, text, action) {
  return new Promise((resolve) => {
    let agreed = false;
    const agree = () => {
      agreed = true;
      dialog.close();
    };
    const dialog = openDialog(
      title,
      el("p", {}, text),
      el(
        "div",
        { class: "row" },
        el("button", { type: "button", class: "button secondary", on: { click: () => dialog.close() } }, "Keep it"),
        el("button", { type: "button", class: "button danger", on: { click: agree } }, action),
      ),
    );
    dialog.querySelector(".row .secondary").focus();
    dialog.addEventListener("close", () => resolve(agreed));
  });
}

/** A labelled text field. */
export function textField(label, value, attributes = {}) {
  const input = el("input", { class: "field", type: "text", id: newId("setting"), value: value ?? "", ...attributes });
  return {
    input,
    element: el("div", { class: "modal-field" }, el("label", { class: "label", for: input.id }, label), input),
  };
}

/** A switch that is on or off; `turn(on)` may be asynchronous, and a refusal turns it back. */
export function toggle(label, on, turn, help) {
  const button = el(
    "button",
    { type: "button", class: "switch", role: "switch", "aria-checked": String(on) },
    el("span", { class: "knob" }),
  );
  button.id = newId("switch");
  button.addEventListener("click", async () => {
    const wanted = button.getAttribute("aria-checked") !== "true";
    button.setAttribute("aria-checked", String(wanted));
    if ((await turn(wanted)) === false) button.setAttribute("aria-checked", String(!wanted));
  });
  return el("div", { class: "toggle" }, el("label", { for: button.id }, label, help && el("small", {}, help)), button);
}
