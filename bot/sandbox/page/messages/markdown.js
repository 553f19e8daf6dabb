/** Reads Discord's markdown into a tree of plain objects; draws nothing and fetches nothing. */

/** How deep marks may nest: deeper is shown as it was typed, so that no text can cost more than it is worth. */
const DEEPEST = 8;

const HEADING = /^(#{1,3}) +(.+?) *$/;
const SUBTEXT = /^-# +(.+?) *$/;
const ITEM = /^( *)([-*]|\d{1,9}\.) +(.*)$/;
const FENCE = "```";

/** Text to blocks: paragraph, heading, subtext, quote, list, codeblock. */
export function parse(text) {
  return blocks(String(text ?? "").replaceAll("\r\n", "\n"), 0);
}

function blocks(text, depth) {
  const found = [];
  const lines = text.split("\n");
  let paragraph = [];
  const flush = () => {
    if (paragraph.some((line) => line.trim()))
      found.push({ type: "paragraph", children: inline(paragraph.join("\n").replace(/^\n+|\n+$/g, ""), depth) });
    paragraph = [];
  };
  const quotes = depth < DEEPEST;
  while (lines.length) {
    const line = lines[0];
    let match;
    if (line.includes(FENCE) && (match = fence(lines))) {
      if (match.before) paragraph.push(match.before);
      flush();
      found.push({ type: "codeblock", language: match.language, text: match.text });
      lines.splice(0, match.lines, ...(match.after ? [match.after] : []));
    } else if (quotes && line.startsWith(">>> ")) {
      flush();
      found.push({ type: "quote", children: blocks(lines.splice(0).join("\n").slice(4), DEEPEST) });
    } else if (quotes && /^> /.test(line)) {
      flush();
      const quoted = takeWhile(lines, (one) => /^>( |$)/.test(one)).map((one) => one.slice(2));
      found.push({ type: "quote", children: blocks(quoted.join("\n"), DEEPEST) });
    } else if ((match = HEADING.exec(line))) {
      flush();
      found.push({ type: "heading", level: match[1].length, children: inline(match[2], depth) });
      lines.shift();
    } else if ((match = SUBTEXT.exec(line))) {
      flush();
      found.push({ type: "subtext", children: inline(match[1], depth) });
      lines.shift();
    } else if (ITEM.test(line)) {
      flush();
      found.push(
        list(
          takeWhile(lines, (one) => ITEM.test(one)).map((one) => ITEM.exec(one)),
          depth,
        ),
      );
    } else {
      paragraph.push(lines.shift());
    }
  }
  flush();
  return found;
}

function takeWhile(lines, belongs) {
  const end = lines.findIndex((line) => !belongs(line));
  return lines.splice(0, end === -1 ? lines.length : end);
}

/** The fenced block that opens in the first line, or null if nothing closes it. */
function fence(lines) {
  const text = lines.join("\n");
  const start = text.indexOf(FENCE);
  const end = text.indexOf(FENCE, start + FENCE.length);
  if (end <= start + FENCE.length) return null;
  const inside = text.slice(start + FENCE.length, end);
  const [, language, body] = /^(?:([\w+#.-]*)\n)?([\s\S]*)$/.exec(inside);
  const after = text.slice(end + FENCE.length).split("\n")[0];
  return {
    before: text.slice(0, start),
    language: language ?? "",
    text: body.replace(/\n$/, ""),
    after,
    lines: text.slice(0, end).split("\n").length,
  };
}

/** Items by their indent: deeper ones belong to the one before. */
function list(items, depth) {
  const [, indent, mark] = items[0];
  const ordered = mark.endsWith(".");
  const made = { type: "list", ordered, start: ordered ? Number.parseInt(mark, 10) : 1, items: [] };
  while (items.length) {
    const [, , , text] = items.shift();
    const children = [{ type: "paragraph", children: inline(text, depth) }];
    const end = items.findIndex((item) => item[1].length <= indent.length);
    const inner = items.splice(0, end === -1 ? items.length : end);
    if (inner.length && depth < DEEPEST) children.push(list(inner, depth + 1));
    made.items.push(children);
  }
  return made;
}

/** In this order; the first that fits wins. Each gives a node from its match, `within` reads what is inside marks. */
const RULES = [
  [/\\([^0-9A-Za-z\s])/y, (m) => ({ type: "text", text: m[1] })],
  [/(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)/y, (m) => ({ type: "code", text: m[2].replace(/^ (?=`)|(?<=`) $/g, "") })],
  [/<t:(-?\d{1,13})(?::([tTdDfFsSR]))?>/y, (m) => ({ type: "timestamp", seconds: Number(m[1]), style: m[2] ?? "f" })],
  [/<@!?(\d{1,20})>/y, (m) => ({ type: "mention", kind: "user", id: m[1] })],
  [/<@&(\d{1,20})>/y, (m) => ({ type: "mention", kind: "role", id: m[1] })],
  [/<#(\d{1,20})>/y, (m) => ({ type: "mention", kind: "channel", id: m[1] })],
  [/<\/([^:<>\n]{1,98}):(\d{1,20})>/y, (m) => ({ type: "command", name: m[1], id: m[2] })],
  [/<a?:(\w{1,32}):(\d{1,20})>/y, (m) => ({ type: "emoji", name: m[1] })],
  [/@(everyone|here)\b/y, (m) => ({ type: "mention", kind: "all", id: m[1] })],
  [/<(https?:\/\/[^\s<>]+)>/y, (m) => link(m[1])],
  [
    /\[([^[\]\n]{1,1000})\]\(<?(https?:\/\/[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*)>?(?: "[^"\n]*")?\)/y,
    (m, within) => link(m[2], within(m[1])),
  ],
  [/https?:\/\/[^\s<>]*[^\s<>.,:;"')\]!?*_~|]/y, (m) => link(m[0])],
  [/\|\|([\s\S]+?)\|\|/y, (m, within) => ({ type: "spoiler", children: within(m[1]) })],
  [/\*\*(?!\s)([\s\S]+?)\*\*(?!\*)/y, (m, within) => ({ type: "strong", children: within(m[1]) })],
  [/__([\s\S]+?)__(?!_)/y, (m, within) => ({ type: "underline", children: within(m[1]) })],
  [/~~([\s\S]+?)~~/y, (m, within) => ({ type: "strike", children: within(m[1]) })],
  [/\*(?![\s*])((?:[^*]|\*\*)*[^\s*]|[^\s*])\*(?!\*)/y, (m, within) => ({ type: "em", children: within(m[1]) })],
  [/(?<!\w)_(?![\s_])((?:[^_]|__)*[^\s_]|[^\s_])_(?!\w)/y, (m, within) => ({ type: "em", children: within(m[1]) })],
];
/** Where a rule can begin; everything before is plain text. */
const MARKS = /[\\`<[@h|*_~]/g;

function link(address, children = [{ type: "text", text: address }]) {
  return { type: "link", address, children };
}

function inline(text, depth) {
  if (depth >= DEEPEST + 2) return [{ type: "text", text }];
  const within = (inner) => inline(inner, depth + 1);
  const nodes = [];
  let plain = "";
  let at = 0;
  while (at < text.length) {
    MARKS.lastIndex = at;
    const mark = MARKS.exec(text)?.index ?? text.length;
    plain += text.slice(at, mark);
    at = mark;
    if (at >= text.length) break;
    const node = first(text, at, within);
    if (!node) {
      plain += text[at];
      at += 1;
    } else if (node.made.type === "text") {
      plain += node.made.text;
      at = node.end;
    } else {
      if (plain) nodes.push({ type: "text", text: plain });
      plain = "";
      nodes.push(node.made);
      at = node.end;
    }
  }
  if (plain) nodes.push({ type: "text", text: plain });
  return nodes;
}

function first(text, at, within) {
  for (const [pattern, make] of RULES) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    // `within` moves lastIndex of the shared patterns, so the end is taken before the node is made.
    if (match) return { end: at + match[0].length, made: make(match, within) };
  }
  return null;
}
