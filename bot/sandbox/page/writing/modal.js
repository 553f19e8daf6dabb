/** A form that the bot opened: its fields, its errors, and the wait for the bot after it was sent. */

import { markdown } from "../messages/markdown-view.js";
import { showModal } from "../widgets/dialog.js";
import { el, name, newId } from "../widgets/dom.js";
import { iconButton } from "../widgets/icons.js";
import { showError, tell } from "../widgets/notice.js";
import { api } from "../world/api.js";
import { modalField } from "./modal-field.js";

/** Shows the modal of `{interaction_id, title, components}`; closing it unsent tells the sandbox so. */
export function openModal(opened, app, channel) {
  const path = `/people/${app.world.meId}/modals/${opened.interaction_id}`;
  const titleId = newId("modal");
  const problem = el("p", { class: "field-error", hidden: true, role: "alert" });
  const send = el("button", { type: "submit", class: "button primary" }, "Send");
  const parts = opened.components.flatMap((component) => (component.type === 1 ? component.components : [component]));
  const fields = [];
  const body = parts.map((part) => {
    if (part.type === 10) return markdown(part.content, app, `modal-${opened.interaction_id}`);
    const field = modalField(part, app, channel);
    if (field.read) fields.push(field);
    return field.element;
  });
  let sent = false;
  const form = el(
    "form",
    { class: "modal-form", novalidate: true },
    el(
      "header",
      {},
      el("h2", { id: titleId }, name(opened.title)),
      iconButton("close", "Close the form unsent", () => dialog.close()),
    ),
    el("div", { class: "modal-body" }, body, problem),
    el(
      "footer",
      {},
      el("button", { type: "button", class: "button secondary", on: { click: () => dialog.close() } }, "Cancel"),
      send,
    ),
  );
  const dialog = el("dialog", { class: "modal", "aria-labelledby": titleId }, form);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (send.disabled) return;
    showError(send, problem, "");
    const wrong = fields.filter((field) => {
      const text = field.check();
      field.complain(text);
      return text;
    });
    if (wrong.length) {
      wrong[0].focus();
      return;
    }
    send.disabled = true;
    send.setAttribute("aria-busy", "true");
    try {
      const values = Object.fromEntries(fields.map((field) => [field.customId, field.read()]));
      await app.interactions.ask(`modal/${opened.interaction_id}`, api.post(`${path}/submit`, { values }));
      sent = true;
      dialog.close();
    } catch (error) {
      const faulty = fields.filter((field) => error.fields?.[field.customId]);
      for (const field of faulty) field.complain(error.fields[field.customId]);
      if (faulty.length) faulty[0].focus();
      else showError(send, problem, error.message);
    } finally {
      send.disabled = false;
      send.removeAttribute("aria-busy");
    }
  });
  dialog.addEventListener("close", () => {
    if (!sent) tell(api.delete(path));
  });
  showModal(dialog);
  fields[0]?.focus();
}
