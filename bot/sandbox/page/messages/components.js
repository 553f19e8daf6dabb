/** Draws the components of a message: containers, texts, sections, galleries, rows of buttons and menus. */

import { el } from "../widgets/dom.js";
import { spoiler } from "../widgets/spoiler.js";
import { button, selectMenu } from "./controls.js";
import { markdown } from "./markdown-view.js";
import { file, gallery, thumbnail } from "./media.js";

/** Numbers of Discord's component reference. */
const DRAW = {
  1: (row, place) => el("div", { class: "action-row" }, drawAll(row.components, place)),
  2: (one, place) => button(one, place),
  3: (one, place) => selectMenu(one, place),
  5: (one, place) => selectMenu(one, place),
  6: (one, place) => selectMenu(one, place),
  7: (one, place) => selectMenu(one, place),
  8: (one, place) => selectMenu(one, place),
  9: (section, place) =>
    el(
      "div",
      { class: "section" },
      el("div", {}, drawAll(section.components, place)),
      drawAll([section.accessory], { ...place, key: `${place.key}/accessory` }),
    ),
  10: (text, place) => markdown(text.content, place.app, place.key),
  11: (one, place) => thumbnail(one, place.key),
  12: (one, place) => gallery(one.items, place.key),
  13: (one, place) => file(one, place.key),
  14: (one) => el("hr", { class: ["separator", one.divider === false && "blank", one.spacing === 2 && "large"] }),
  17: (one, place) => container(one, place),
};

/** Components as elements; `place` is `{app, message, key}`. A type that is not known is named, not lost. */
export function drawAll(components, place) {
  return components.map((component, at) => {
    const draw = DRAW[component.type];
    if (!draw)
      return el(
        "p",
        { class: "quiet" },
        `A component of type ${Number(component.type)}, which this page does not know.`,
      );
    return draw(component, { ...place, key: `${place.key}/${at}` });
  });
}

function container(one, place) {
  const accent = Number.isInteger(one.accent_color)
    ? `#${one.accent_color.toString(16).padStart(6, "0").slice(-6)}`
    : null;
  const draw = () => drawAll(one.components, place);
  return el(
    "div",
    { class: ["container", accent && "accented"], style: accent ? { "--accent-line": accent } : {} },
    one.spoiler ? spoiler("div", place.key, draw) : draw(),
  );
}
