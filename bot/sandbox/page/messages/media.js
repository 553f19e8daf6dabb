/** Draws pictures, videos, sounds and files: in galleries, as thumbnails and as plain attachments. */

import { el, mediaAddress, name } from "../widgets/dom.js";
import { icon } from "../widgets/icons.js";
import { spoiler } from "../widgets/spoiler.js";
import { openLightbox } from "./lightbox.js";

const IS_SPOILER = 1 << 3;

/** One thing to look at: `{key, address, kind, alt, name, size, width, height, hidden}`; address null is not loaded. */
function fromMedia(media, key, { description, spoiler: hidden, fileName, size }) {
  const path = (mediaAddress(media.url) ?? "").split("?")[0];
  const type = media.content_type ?? "";
  const kind =
    /^(image|video|audio)\//.exec(type)?.[1] ?? (/\.(png|jpe?g|gif|webp|avif)$/i.test(path) ? "image" : "file");
  return {
    key,
    kind,
    address: mediaAddress(media.url),
    alt: description || "",
    name: fileName ?? decode(path.split("/").at(-1)),
    size,
    width: media.width,
    height: media.height,
    hidden: Boolean(hidden),
  };
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const isLookable = (item) => ["image", "video"].includes(item.kind);

/** A gallery of 1 to 10 items as the bot sent it. */
export function gallery(items, key) {
  return grid(items.map((item, at) => fromMedia(item.media, `${key}/m${at}`, item)));
}

export function thumbnail(component, key) {
  const item = fromMedia(component.media, `${key}/m0`, component);
  return el("div", { class: "thumbnail" }, tile(item, [item]));
}

export function file(component, key) {
  const item = fromMedia(component.file, key, { ...component, fileName: component.name });
  return item.hidden ? spoiler("div", key, () => fileCard(item), "Spoiler file") : fileCard(item);
}

/** The attachments of a message: pictures in a grid, all else as cards. */
export function attachments(list, key) {
  const items = list.map((one) => {
    const hidden = one.flags & IS_SPOILER || one.filename.startsWith("SPOILER_");
    return fromMedia(one, `${key}/a${one.id}`, {
      description: one.description,
      spoiler: hidden,
      fileName: one.filename,
      size: one.size,
    });
  });
  const others = items.filter((item) => !isLookable(item));
  const pictures = items.filter(isLookable);
  return [
    pictures.length > 0 && grid(pictures),
    others.map((item) =>
      item.hidden ? spoiler("div", item.key, () => fileCard(item), "Spoiler file") : fileCard(item),
    ),
  ];
}

/** A picture of an embed: nothing but an address is known of it. */
export function embedPicture(media, key, kind) {
  const item = fromMedia({ content_type: "image/*", ...media }, key, {});
  return el("div", { class: `embed-${kind}` }, tile(item, [item]));
}

function grid(items) {
  return el(
    "div",
    {
      class: "gallery",
      "data-count": items.length,
      role: "group",
      "aria-label": items.length === 1 ? "1 picture" : `${items.length} pictures`,
    },
    items.map((item, at) => tile(item, items, at)),
  );
}

function tile(item, items, at = 0) {
  const lookable = items.filter(isLookable);
  const draw = () => {
    if (!isLookable(item)) return fileCard(item);
    if (!item.address)
      return el(
        "p",
        { class: "not-loaded" },
        icon("file"),
        item.alt || "A picture from elsewhere; this page loads nothing from the network.",
      );
    if (item.kind === "video")
      return el("video", {
        src: item.address,
        controls: true,
        preload: "metadata",
        "aria-label": item.alt || item.name,
      });
    const position = items.length > 1 ? `Picture ${at + 1} of ${items.length}` : "Picture";
    const what = item.alt ? `: ${item.alt.trim().replace(/\.$/, "")}` : ", without a description";
    const label = `${position}${what}. Open it.`;
    const open = () => openLightbox(lookable, lookable.indexOf(item));
    return el(
      "button",
      { type: "button", class: "picture", "aria-label": label, "data-key": item.key, on: { click: open } },
      picture(item),
    );
  };
  return el("figure", { class: "tile" }, item.hidden ? spoiler("div", item.key, draw) : draw());
}

/** The picture itself; its description is on the button around it. */
function picture(item) {
  const image = el("img", {
    src: item.address,
    alt: item.alt,
    width: item.width,
    height: item.height,
    title: item.alt || null,
    decoding: "async",
  });
  image.addEventListener("error", () =>
    image.replaceWith(el("span", { class: "not-loaded" }, icon("file"), "This picture is gone.")),
  );
  return image;
}

function fileCard(item) {
  const size = item.size === undefined || item.size === null ? "" : bytes(item.size);
  const sound =
    item.kind === "audio" &&
    item.address &&
    el("audio", { src: item.address, controls: true, "aria-label": item.name });
  const link = item.address
    ? el("a", { href: item.address, download: item.name, "data-key": item.key }, name(item.name))
    : name(item.name || "A file from elsewhere");
  return el(
    "div",
    { class: "file-card" },
    icon("file"),
    el("div", {}, link, size && el("span", { class: "quiet" }, size), sound),
  );
}

/** "1.4 MB"; decimal units, as file managers count. */
export function bytes(count) {
  if (count < 1000) return count === 1 ? "1 byte" : `${count} bytes`;
  const [unit, size] = count < 1e6 ? ["kB", 1e3] : ["MB", 1e6];
  const value = count / size;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}
