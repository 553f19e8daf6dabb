/** Draws the tree of `markdown.js`: mentions by name, times that count, spoilers that open, links that are safe. */

import { el, linkAddress, name } from "../widgets/dom.js";
import { spoiler } from "../widgets/spoiler.js";
import { timestamp } from "../widgets/time.js";
import { parse } from "./markdown.js";

const INLINE = { strong: "strong", em: "em", underline: "u", strike: "s" };

/** Markdown as an element; `key` names the place, so that an opened spoiler stays open when the message is edited. */
export function markdown(text, app, key) {
  let spoilers = 0;
  const above = [];
  /** The level of a heading: 1 is the channel's name, and none may be left out on the way down. */
  const headed = (wanted) => {
    while (above.at(-1) >= wanted) above.pop();
    above.push(wanted);
    return 1 + above.length;
  };
  const draw = (nodes) =>
    nodes.map((node) => DRAW[node.type](node, draw, app, () => `${key}/s${(spoilers += 1)}`, headed));
  return el("div", { class: "markdown" }, draw(parse(text)));
}

const DRAW = {
  paragraph: (node, draw) => el("p", {}, draw(node.children)),
  heading: (node, draw, _app, _key, headed) =>
    el(
      "p",
      { class: `heading-${node.level}`, role: "heading", "aria-level": headed(node.level) },
      draw(node.children),
    ),
  subtext: (node, draw) => el("p", { class: "subtext" }, draw(node.children)),
  quote: (node, draw) => el("blockquote", {}, draw(node.children)),
  codeblock: (node) =>
    el(
      "pre",
      { tabindex: 0, "aria-label": node.language ? `Code, ${node.language}` : "Code" },
      el("code", {}, node.text),
    ),
  list: (node, draw) =>
    el(
      node.ordered ? "ol" : "ul",
      { start: node.ordered && node.start },
      node.items.map((item) => el("li", {}, draw(item))),
    ),
  text: (node) => node.text,
  code: (node) => el("code", {}, node.text),
  emoji: (node) => `:${node.name}:`,
  timestamp: (node) => timestamp(node.seconds, node.style),
  spoiler: (node, draw, app, newKey) => spoiler("span", newKey(), () => draw(node.children)),
  mention: (node, draw, app) => mention(node, app),
  link: (node, draw) => {
    const address = linkAddress(node.address);
    if (!address) return draw(node.children);
    return el(
      "a",
      { href: address, title: address, target: "_blank", rel: "noopener noreferrer nofollow" },
      draw(node.children),
    );
  },
  command: (node, draw, app) =>
    el(
      "button",
      { type: "button", class: "mention", on: { click: () => app.startCommand(node.name) } },
      `/${node.name}`,
    ),
};
for (const [type, tag] of Object.entries(INLINE)) DRAW[type] = (node, draw) => el(tag, {}, draw(node.children));

function mention({ kind, id }, app) {
  const { world } = app;
  if (kind === "all") return el("span", { class: "mention" }, `@${id}`);
  if (kind === "channel") {
    const channel = world.channel(id);
    if (!channel) return el("span", { class: "mention" }, "#unknown");
    return el(
      "button",
      { type: "button", class: "mention", on: { click: () => app.open(id) } },
      "#",
      name(world.channelName(channel)),
    );
  }
  const found = kind === "role" ? world.role(id) : world.user(id);
  const text = found ? (kind === "role" ? found.name : world.userName(found)) : `unknown ${kind}`;
  return el("span", { class: ["mention", id === world.meId && "mention-me"] }, "@", name(text));
}
