/** The words of a message without their marks: for what is read aloud, for replies and for previews. */

import { format, relative } from "../widgets/time.js";
import { parse } from "./markdown.js";

/** One line of text; what is behind a spoiler stays there. */
export function plainText(text) {
  return words(parse(text), " ").replace(/\s+/g, " ").trim();
}

function words(nodes, between) {
  return nodes.map((node) => (WORDS[node.type] ?? WORDS.other)(node)).join(between);
}

const WORDS = {
  text: (node) => node.text,
  code: (node) => node.text,
  codeblock: (node) => node.text,
  emoji: (node) => `:${node.name}:`,
  command: (node) => `/${node.name}`,
  mention: (node) => (node.kind === "all" ? `@${node.id}` : `a ${node.kind}`),
  timestamp: (node) => (node.style === "R" ? relative(node.seconds * 1000) : format(node.seconds * 1000, node.style)),
  spoiler: () => "(spoiler)",
  list: (node) => node.items.map((item) => words(item, ", ")).join(", "),
  quote: (node) => words(node.children, " "),
  other: (node) => words(node.children, ""),
};
