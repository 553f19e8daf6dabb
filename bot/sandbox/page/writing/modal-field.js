/** One field of a modal, whatever kind the bot asked for, with its label, its help and its error. */

import { picker, selectChoices } from "../messages/picker.js";
import { el, name, newId } from "../widgets/dom.js";
import { showError } from "../widgets/notice.js";
import { filePlace } from "./file-place.js";

const PARAGRAPH = 2;
const LABEL = 18;

const isRequired = (one) => one.required !== false;
const choose = (least, most) => (least === most ? `Choose ${least}.` : `Choose ${least} to ${most}.`);

/**
 * A field from a Label, or from a text input with a label of its own.
 *
 * Returns `{element, customId, read(), check(), complain(text), focus()}`; `check()` gives the fault or "".
 * A component that this page does not know is only named, without `read`.
 */
export function modalField(component, app, channel) {
  const inner = component.type === LABEL ? component.component : component;
  const ids = { label: newId("label"), help: newId("help"), error: newId("error") };
  const make = KINDS[inner.type];
  if (!make)
    return {
      element: el("p", { class: "quiet" }, `A component of type ${Number(inner.type)}, which this page does not know.`),
    };
  const described = `${ids.help} ${ids.error}`;
  const control = make(inner, { app, channel, labelledBy: ids.label, describedBy: described });
  const error = el("p", { class: "field-error", id: ids.error, hidden: true, role: "alert" });
  const required =
    inner.type !== 23 && isRequired(inner) && el("span", { class: "required", "aria-hidden": "true" }, " required");
  const head = [name(component.label ?? inner.label ?? ""), required];
  return {
    customId: inner.custom_id,
    element: el(
      "div",
      { class: "modal-field" },
      el(control.target.id ? "label" : "span", { id: ids.label, class: "label", for: control.target.id || null }, head),
      component.description && el("p", { class: "hint", id: ids.help }, name(component.description)),
      control.element,
      error,
    ),
    read: control.read,
    check: control.check,
    complain: (text) => showError(control.target, error, text),
    focus: () => (control.focus ?? control.target).focus(),
  };
}

const KINDS = {
  4: textInput,
  3: select,
  5: select,
  6: select,
  7: select,
  8: select,
  19: fileUpload,
  21: radioGroup,
  22: checkboxGroup,
  23: checkbox,
};

function textInput(one, { describedBy }) {
  const long = one.style === PARAGRAPH;
  const [least, most] = [one.min_length ?? 0, one.max_length ?? 4000];
  const target = el(long ? "textarea" : "input", {
    class: "field",
    id: newId("text"),
    type: long ? null : "text",
    rows: long ? 4 : null,
    placeholder: one.placeholder,
    "aria-describedby": describedBy,
    "aria-required": isRequired(one) && "true",
    autocomplete: "off",
    value: one.value ?? "",
  });
  const left = el("span", { class: "count quiet", "aria-hidden": "true" });
  const length = () => [...target.value].length;
  const count = () => {
    left.textContent = `${length()} / ${most}`;
    left.classList.toggle("over", length() > most);
  };
  target.addEventListener("input", count);
  count();
  return {
    element: el("div", { class: "counted" }, target, left),
    target,
    read: () => target.value,
    check: () => {
      if (!length()) return isRequired(one) ? "This field is required." : "";
      if (length() < least) return `At least ${least} ${least === 1 ? "character" : "characters"}.`;
      return length() > most ? `At most ${most} ${most === 1 ? "character" : "characters"}.` : "";
    },
  };
}

function select(one, { app, channel, labelledBy, describedBy }) {
  const { choices, chosen } = selectChoices(one, app.world, channel);
  const least = isRequired(one) ? Math.max(1, one.min_values ?? 1) : 0;
  const most = one.max_values ?? 1;
  const made = picker({
    choices,
    chosen,
    least,
    most,
    placeholder: one.placeholder ?? "Choose …",
    label: one.placeholder ?? "Menu",
    labelledBy,
    describedBy,
  });
  made.opener.id = newId("select");
  // The button is named by its label and by what it shows, so that the choice is read out too.
  made.opener.setAttribute("aria-labelledby", `${labelledBy} ${made.opener.id}`);
  return {
    element: made.element,
    target: made.opener,
    read: made.values,
    check: () => {
      if (made.values().length >= least) return "";
      return made.values().length ? choose(least, most) : "This field is required.";
    },
  };
}

function fileUpload(one, { app, labelledBy, describedBy }) {
  const most = one.max_values ?? 1;
  const least = isRequired(one) ? Math.max(1, one.min_values ?? 1) : 0;
  const place = filePlace({ app, most, labelledBy, describedBy });
  return {
    element: place.element,
    target: place.input,
    read: () => place.files().map((file) => file.id),
    check: () => {
      if (place.busy()) return "A file is still on its way.";
      if (place.files().length >= least) return "";
      return least === 1 ? "A file is required." : `At least ${least} files.`;
    },
  };
}

/** Radio buttons or checkboxes under one heading; `names` makes radio buttons one group. */
function choices(one, type, labelledBy, describedBy) {
  const names = newId("group");
  const inputs = (one.options ?? []).map((option) =>
    el("input", { type, name: names, id: newId("choice"), value: option.value, checked: option.default }),
  );
  const rows = (one.options ?? []).map((option, at) =>
    el(
      "label",
      { class: "choice" },
      inputs[at],
      el("span", {}, name(option.label), option.description && el("small", {}, name(option.description))),
    ),
  );
  const element = el(
    "div",
    {
      role: type === "radio" ? "radiogroup" : "group",
      class: "choices",
      "aria-labelledby": labelledBy,
      "aria-describedby": describedBy,
    },
    rows,
  );
  return {
    element,
    target: element,
    focus: inputs.find((input) => input.checked) ?? inputs[0],
    chosen: () => inputs.filter((input) => input.checked).map((input) => input.value),
  };
}

function radioGroup(one, { labelledBy, describedBy }) {
  const made = choices(one, "radio", labelledBy, describedBy);
  return {
    ...made,
    read: () => made.chosen()[0] ?? null,
    check: () => (isRequired(one) && !made.chosen().length ? "Choose one." : ""),
  };
}

function checkboxGroup(one, { labelledBy, describedBy }) {
  const made = choices(one, "checkbox", labelledBy, describedBy);
  const most = one.max_values ?? one.options?.length ?? 10;
  const least = isRequired(one) ? Math.max(1, one.min_values ?? 1) : 0;
  const fits = () => made.chosen().length >= least && made.chosen().length <= most;
  return {
    ...made,
    read: made.chosen,
    check: () => (fits() || (!made.chosen().length && !isRequired(one)) ? "" : choose(least, most)),
  };
}

function checkbox(one, { labelledBy, describedBy }) {
  const target = el("input", {
    type: "checkbox",
    id: newId("check"),
    checked: one.default,
    "aria-labelledby": labelledBy,
    "aria-describedby": describedBy,
  });
  return {
    element: el("label", { class: "choice lone" }, target, el("span", {}, "Yes")),
    target,
    read: () => target.checked,
    check: () => "",
  };
}
