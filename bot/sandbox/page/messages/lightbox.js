/** Shows one picture large, the others a key away; Escape goes back to where one was. */

import { showModal } from "../widgets/dialog.js";
import { el, fill } from "../widgets/dom.js";
import { iconButton } from "../widgets/icons.js";
import { spoiler } from "../widgets/spoiler.js";

/** Opens at `items[at]`; items as `media.js` makes them, pictures and videos only. */
export function openLightbox(items, at) {
  const stage = el("div", { class: "stage" });
  const caption = el("p", { class: "caption", "aria-live": "polite" });
  const turn = (by) => {
    at = (at + by + items.length) % items.length;
    show();
  };
  const previous = iconButton("left", "Previous picture", () => turn(-1), { class: "icon-button previous" });
  const next = iconButton("right", "Next picture", () => turn(1), { class: "icon-button next" });
  const original = el("a", { class: "button secondary", target: "_blank", rel: "noopener" }, "Open the file");
  const close = iconButton("close", "Close", () => dialog.close());
  const many = items.length > 1;
  const dialog = el(
    "dialog",
    { class: "lightbox", "aria-label": "Picture" },
    el("header", {}, caption, original, close),
    el("div", { class: "frame" }, many && previous, stage, many && next),
  );

  function show() {
    const item = items[at];
    const look = () =>
      item.kind === "video"
        ? el("video", { src: item.address, controls: true, "aria-label": item.alt || item.name })
        : el("img", { src: item.address, alt: item.alt, width: item.width, height: item.height });
    fill(stage, item.hidden ? spoiler("div", item.key, look) : look());
    fill(caption, many && el("span", { class: "quiet" }, `${at + 1} of ${items.length} · `), item.alt || item.name);
    original.href = item.address;
  }

  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || !many || event.target instanceof HTMLVideoElement) return;
    event.preventDefault();
    turn(step);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target === stage) dialog.close();
  });
  show();
  showModal(dialog);
  close.focus();
}
