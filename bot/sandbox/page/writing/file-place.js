/** A place to put files: by button, by drop or by paste; each is uploaded at once and can be taken back. */

import { bytes } from "../messages/media.js";
import { el, fill, mediaAddress, name, newId } from "../widgets/dom.js";
import { iconButton } from "../widgets/icons.js";
import { announce, notify } from "../widgets/notice.js";
import { api } from "../world/api.js";

/**
 * A field for up to `most` files; a `compact` one shows only the files, and a button elsewhere opens it.
 *
 * Returns `{element, input, files(), busy(), add(fileList), clear()}`; `files()` are the attachments that the sandbox
 * made of them.
 */
export function filePlace({ app, most, labelledBy, describedBy, changed = () => {}, compact = false }) {
  let files = [];
  let underway = 0;
  const input = el("input", {
    type: "file",
    class: "visually-hidden",
    hidden: compact,
    id: newId("file"),
    multiple: most > 1,
    "aria-labelledby": labelledBy,
    "aria-label": labelledBy ? null : "Attach files",
    "aria-describedby": describedBy,
    on: { change: () => (add(input.files), (input.value = "")) },
  });
  const shown = el("ul", { class: "file-list", "aria-label": "Attached files" });
  const open = el(
    "span",
    { class: "file-open", "aria-hidden": "true" },
    most > 1 ? `Choose up to ${most} files or drop them here` : "Choose a file or drop it here",
  );
  const element = el(
    "div",
    { class: ["file-place", compact && "compact"] },
    input,
    !compact && el("label", { for: input.id }, open),
    shown,
  );
  takeDrops(element, (list) => add(list));

  async function add(list) {
    for (const file of [...list]) {
      if (files.length + underway >= most) {
        notify(most === 1 ? "Only one file fits here. Remove the other first." : `At most ${most} files.`, "error");
        return;
      }
      underway += 1;
      draw();
      try {
        files = [...files, await api.upload(app.world.meId, file)];
        announce(`${file.name} is attached`);
      } catch (error) {
        notify(error.message, "error");
      } finally {
        underway -= 1;
        draw();
        changed();
      }
    }
  }

  function draw() {
    fill(
      shown,
      files.map((file) =>
        el(
          "li",
          {},
          file.content_type?.startsWith("image/") && mediaAddress(file.url) && el("img", { src: file.url, alt: "" }),
          name(file.filename),
          el("span", { class: "quiet" }, ` ${bytes(file.size)}`),
          iconButton("close", `Remove ${file.filename}`, () => {
            files = files.filter((one) => one !== file);
            draw();
            changed();
            input.focus();
          }),
        ),
      ),
      underway > 0 && el("li", { class: "quiet" }, "Uploading …"),
    );
    shown.hidden = !files.length && !underway;
  }

  draw();
  return {
    element,
    input,
    add,
    files: () => files,
    busy: () => underway > 0,
    clear: () => {
      files = [];
      draw();
    },
  };
}

/** Lets files be dropped on an element, and marks it while they hang over it. */
export function takeDrops(element, take) {
  element.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
    element.classList.add("dropping");
  });
  element.addEventListener("dragleave", () => element.classList.remove("dropping"));
  element.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    event.stopPropagation();
    element.classList.remove("dropping");
    take(event.dataTransfer.files);
  });
}
