/** Draws a classic embed: a card with title, text, fields and pictures. */

import { el, linkAddress, name } from "../widgets/dom.js";
import { format } from "../widgets/time.js";
import { markdown } from "./markdown-view.js";
import { embedPicture } from "./media.js";

export function embed(one, { app, key }) {
  const text = (content, part) => markdown(content, app, `${key}/${part}`);
  const address = linkAddress(one.url ?? "");
  const title =
    one.title &&
    (one.url && address
      ? el("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, name(one.title))
      : name(one.title));
  const footer = [one.footer?.text, one.timestamp && format(Date.parse(one.timestamp))].filter(Boolean).join(" · ");
  const accent = Number.isInteger(one.color) ? `#${one.color.toString(16).padStart(6, "0").slice(-6)}` : null;
  return el(
    "div",
    { class: "container accented embed", style: accent ? { "--accent-line": accent } : {} },
    one.thumbnail && embedPicture(one.thumbnail, `${key}/thumbnail`, "thumbnail"),
    one.author && el("p", { class: "embed-author" }, name(one.author.name)),
    title && el("p", { class: "embed-title" }, title),
    one.description && text(one.description, "description"),
    one.fields?.length > 0 &&
      el(
        "dl",
        { class: "embed-fields" },
        one.fields.map((field, at) =>
          el(
            "div",
            { class: field.inline && "inline" },
            el("dt", {}, name(field.name)),
            el("dd", {}, text(field.value, `field${at}`)),
          ),
        ),
      ),
    one.image && embedPicture(one.image, `${key}/image`, "image"),
    footer && el("p", { class: "embed-footer" }, name(footer)),
  );
}
