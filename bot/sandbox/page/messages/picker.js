/** A menu to choose from, one or several: used in messages, in modals and wherever values are picked from a list. */

import { el, fill, name, newId } from "../widgets/dom.js";
import { floatBelow } from "../widgets/float.js";
import { icon } from "../widgets/icons.js";
import { CHANNEL, isThread } from "../world/world.js";

const SEARCHABLE_FROM = 8;

/** The choices of a select component of any kind, `{value, name, description, emoji}`, and what is chosen already. */
export function selectChoices(one, world, place) {
  if (one.type === 3) {
    const options = one.options ?? [];
    return {
      choices: options.map((option) => ({
        value: option.value,
        name: option.label,
        description: option.description,
        emoji: option.emoji?.id ? null : option.emoji?.name,
      })),
      chosen: options.filter((option) => option.default).map((option) => option.value),
    };
  }
  const guild = world.guildOf(place);
  const people = guild ? guild.members.map((member) => member.user) : [world.me, ...(place?.recipients ?? [])];
  const users = people.map((user) => ({
    value: user.id,
    name: `@${world.userName(user)}`,
    description: user.username,
  }));
  const roles = (guild?.roles ?? []).map((role) => ({
    value: role.id,
    name: `@${role.name.replace(/^@/, "")}`,
    description: "Role",
  }));
  const types = one.channel_types;
  const channels = (guild?.channels ?? [])
    .filter((channel) => (types?.length ? types.includes(channel.type) : true))
    .map((channel) => ({
      value: channel.id,
      name: channelLabel(channel),
      description: world.isAgeRestricted(channel) ? "Age-restricted" : null,
    }));
  const choices = { 5: users, 6: roles, 7: [...users, ...roles], 8: channels }[one.type];
  return { choices, chosen: (one.default_values ?? []).map((value) => String(value.id)) };
}

function channelLabel(channel) {
  if (channel.type === CHANNEL.category) return channel.name;
  return isThread(channel) ? `🧵 ${channel.name}` : `#${channel.name}`;
}

/**
 * A button that opens a list. `commit(values)` is called once when the choice is made: at once where one value is
 * allowed, on closing where several are. Escape leaves everything as it was.
 *
 * Returns `{element, values()}`.
 */
export function picker({
  choices,
  chosen = [],
  least = 1,
  most = 1,
  placeholder,
  label,
  labelledBy,
  describedBy,
  disabled,
  commit = () => {},
}) {
  let values = chosen.slice(0, most);
  const single = most === 1;
  const opener = el("button", {
    type: "button",
    class: "picker",
    disabled,
    "aria-haspopup": "listbox",
    "aria-expanded": "false",
    "aria-labelledby": labelledBy,
    "aria-describedby": describedBy,
    on: {
      click: () => open(),
      keydown: (event) => ["ArrowDown", "ArrowUp"].includes(event.key) && (event.preventDefault(), open()),
    },
  });
  const element = el("div", { class: "picker-box" }, opener);

  function face() {
    const names = values.map((value) => choices.find((choice) => choice.value === value)?.name ?? value);
    const shown = names.length
      ? names.map((one) => el("span", { class: single ? "" : "chip" }, name(one)))
      : el("span", { class: "quiet" }, placeholder);
    fill(opener, el("span", { class: "picked" }, shown), icon("down"));
    if (!labelledBy) opener.setAttribute("aria-label", names.length ? `${label}: ${names.join(", ")}` : label);
  }

  function open() {
    let draft = [...values];
    let active = Math.max(
      0,
      choices.findIndex((choice) => draft.includes(choice.value)),
    );
    let shown = choices;
    const listId = newId("list");
    const list = el("ul", {
      class: "options",
      role: "listbox",
      id: listId,
      tabindex: 0,
      "aria-multiselectable": single ? null : "true",
      "aria-label": label ?? placeholder,
    });
    const search =
      choices.length >= SEARCHABLE_FROM &&
      el("input", {
        type: "text",
        class: "field",
        placeholder: "Search",
        "aria-label": "Search the list",
        "aria-controls": listId,
        autocomplete: "off",
      });
    const hint = el("p", { class: "quiet" }, least === most ? `Choose ${most}.` : `Choose ${least} to ${most}.`);
    const done = el("button", { type: "button", class: "button primary", on: { click: () => finish() } }, "Done");
    const panel = el(
      "div",
      { class: "float picker-panel" },
      search,
      list,
      !single && el("div", { class: "picker-foot" }, hint, done),
    );
    const focused = search || list;

    function draw() {
      fill(
        list,
        shown.map((choice, at) => {
          const selected = draft.includes(choice.value);
          return el(
            "li",
            {
              role: "option",
              id: `${listId}-${at}`,
              class: at === active && "active",
              "aria-selected": String(selected),
              on: { click: () => toggle(choice), pointermove: () => activate(at) },
            },
            choice.emoji && el("span", { class: "emoji" }, choice.emoji),
            el(
              "span",
              { class: "option-text" },
              name(choice.name),
              choice.description && el("small", {}, name(choice.description)),
            ),
            selected && icon("check"),
          );
        }),
        !shown.length && el("li", { class: "quiet", role: "presentation" }, "Nothing fits."),
      );
      mark();
    }
    function mark() {
      if (shown.length) focused.setAttribute("aria-activedescendant", `${listId}-${active}`);
      else focused.removeAttribute("aria-activedescendant");
      list.children[active]?.scrollIntoView({ block: "nearest" });
    }
    function activate(at) {
      if (at === active) return;
      list.children[active]?.classList.remove("active");
      active = at;
      list.children[active]?.classList.add("active");
      mark();
    }
    function toggle(choice) {
      if (single) {
        draft = draft.includes(choice.value) && least === 0 ? [] : [choice.value];
        finish();
        return;
      }
      if (draft.includes(choice.value)) draft = draft.filter((value) => value !== choice.value);
      else if (draft.length < most) draft = [...draft, choice.value];
      draw();
    }
    function finish() {
      if (draft.length < least && !single) {
        if (draft.length === 0) return cancel();
        hint.setAttribute("role", "alert");
        return undefined;
      }
      const changed = single || String(draft) !== String(values);
      values = draft;
      cancel();
      if (changed) commit(values);
      return undefined;
    }
    function cancel() {
      close();
      opener.setAttribute("aria-expanded", "false");
      face();
      if (opener.isConnected) opener.focus();
      else document.querySelector(`[data-key="${CSS.escape(opener.dataset.key ?? "")}"]`)?.focus();
    }
    const letters = { text: "", at: 0 };
    panel.addEventListener("keydown", (event) => {
      const last = shown.length - 1;
      const moves = { ArrowDown: Math.min(active + 1, last), ArrowUp: Math.max(active - 1, 0), Home: 0, End: last };
      if (event.target === done) {
        if (event.key === "Escape") (event.preventDefault(), event.stopPropagation(), cancel());
        return;
      }
      if (event.key === "Escape") cancel();
      else if (event.key === "Tab" && !single && !event.shiftKey) done.focus();
      else if (event.key === "Tab") cancel();
      else if (event.key in moves && !(search && ["Home", "End"].includes(event.key))) activate(moves[event.key]);
      else if (event.key === "Enter" || (event.key === " " && !search)) shown[active] && toggle(shown[active]);
      else if (!search && event.key.length === 1 && !event.ctrlKey && !event.metaKey) activate(typeAhead(event.key));
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    function typeAhead(letter) {
      const at = performance.now();
      letters.text = at - letters.at < 600 ? letters.text + letter : letter;
      letters.at = at;
      const found = shown.findIndex((choice) =>
        choice.name.toLowerCase().replace(/^[@#]/, "").startsWith(letters.text.toLowerCase()),
      );
      return found === -1 ? active : found;
    }
    if (search) {
      search.addEventListener("input", () => {
        const wanted = search.value.toLowerCase();
        shown = choices.filter((choice) => `${choice.name} ${choice.description ?? ""}`.toLowerCase().includes(wanted));
        active = 0;
        draw();
      });
    }
    draw();
    // Listing first, it has its height: a message drawn anew takes this opener away before it is measured again.
    const close = floatBelow(panel, opener, { leave: () => (single ? cancel() : finish()) });
    opener.setAttribute("aria-expanded", "true");
    mark();
    focused.focus();
  }

  face();
  return { element, opener, values: () => values };
}
