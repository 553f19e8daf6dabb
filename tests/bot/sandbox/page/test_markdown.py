"""Discord's markdown as the page reads it: what the marks mean, and that no text is too much for it."""

import json
import random

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")

READ = """async (texts) => {
    const { parse } = await import("/messages/markdown.js");
    const short = (node) => {
        const inner = (node.children ?? node.items?.flat() ?? []).map(short).join("");
        if (node.type === "text") return node.text;
        if (node.type === "paragraph") return inner;
        const { type, level, kind, name, id, seconds, style, address, language } = node;
        const what = [type, level, kind, name, id, seconds, style, address, language];
        return `<${what.filter((one) => one !== undefined && one !== "").join(" ")}>${node.text ?? inner}</>`;
    };
    return texts.map((text) => parse(text).map(short).join("|"));
}"""

MEANING = {
    "**bold** *slanted* _too_": "<strong>bold</> <em>slanted</> <em>too</>",
    "__under__ ~~gone~~": "<underline>under</> <strike>gone</>",
    "***both***": "<strong><em>both</></>",
    "**a *b* c**": "<strong>a <em>b</> c</>",
    "long_hair and looking_at_viewer": "long_hair and looking_at_viewer",
    "2 * 3 * 4": "2 * 3 * 4",
    r"\*not\* \_this\_": "*not* _this_",
    "`a *b*` ``c ` d``": "<code>a *b*</> <code>c ` d</>",
    "||secret **thing**||": "<spoiler>secret <strong>thing</></>",
    "# One\n## Two\n### Three\n#### four": "<heading 1>One</>|<heading 2>Two</>|<heading 3>Three</>|#### four",
    "-# small print": "<subtext>small print</>",
    "> one\n> two\nthree": "<quote>one\ntwo</>|three",
    ">>> all\nof it": "<quote>all\nof it</>",
    "- a\n  - b\n- c": "<list>a<list>b</>c</>",
    "2. two\n3. three": "<list>twothree</>",
    "```py\nx = 1\n```": "<codeblock py>x = 1</>",
    "before ```inside``` after": "before |<codeblock>inside</>| after",
    "<@1> <@!2> <@&3> <#4> @everyone": (
        "<mention user 1></> <mention user 2></> <mention role 3></> <mention channel 4></> <mention all everyone></>"
    ),
    "</settings show:12>": "<command settings show 12></>",
    "<t:1700000000> <t:1700000000:R>": "<timestamp 1700000000 f></> <timestamp 1700000000 R></>",
    "<:blob:12>": "<emoji blob></>",
    "see https://a.example/b_(c)?d=e.": "see <link https://a.example/b_(c)?d=e>https://a.example/b_(c)?d=e</>.",
    "[words](https://a.example/)": "<link https://a.example/>words</>",
    "[words](javascript:alert(1))": "[words](javascript:alert(1))",
    "**never closed": "**never closed",
    "<b>no markup</b>": "<b>no markup</b>",
}


async def test_marks_mean_what_they_mean_on_discord(house):
    """Every mark that a message may carry, and the text that only looks like one."""
    async with house.window() as page:
        assert dict(zip(MEANING, await page.evaluate(READ, list(MEANING)), strict=True)) == MEANING


DRAW = """async (texts) => {
    const { markdown } = await import("/messages/markdown-view.js");
    const { plainText } = await import("/messages/plain-text.js");
    const world = { meId: "1", user: () => null, role: () => null, channel: () => null };
    const allowed = "DIV P STRONG EM U S SPAN A CODE PRE BLOCKQUOTE UL OL LI TIME BUTTON BDI".split(" ");
    const faults = [];
    for (const text of texts) {
        let drawn, took = Infinity;
        for (let tries = 0; tries < 5 && took > 1000; tries++) {
            const begun = performance.now();
            drawn = markdown(text, { world }, "key");
            plainText(text);
            took = Math.min(took, performance.now() - begun);
        }
        for (const element of drawn.querySelectorAll("*")) {
            const address = element.getAttribute("href");
            const handlers = [...element.attributes].filter((one) => /^on|^srcdoc$/.test(one.name));
            const known = allowed.includes(element.tagName) && !handlers.length;
            if (!known || (address && !/^https?:/.test(address))) faults.push(text);
        }
        if (took > 1000) faults.push(`${Math.round(took)} ms: ${text.slice(0, 60)}`);
    }
    return faults;
}"""

MARKS = [
    "*",
    "**",
    "***",
    "_",
    "__",
    "~~",
    "||",
    "`",
    "``",
    "```",
    "\n",
    "\n> ",
    "\n>>> ",
    "\n- ",
    "\n-# ",
    "\n# ",
    "\n1. ",
]
OTHERS = ["\\", " ", "[", "](", ")", "<", "<t:", ":R>", "<@", "<#", "</", ":", "https://a.example/", "javascript:"]
HOSTILE = ["<img src=x onerror=window.pwned=1>", "<script>window.pwned=1</script>", '"', "'", "&", "\u202e", "\x00"]
PIECES = [*MARKS, *OTHERS, *HOSTILE, "a", "1", "日本", "🍵"]


async def test_no_text_draws_anything_but_text_and_its_marks(house):
    """Marks, brackets and tags thrown together, and one mark thousands of times, each within a second.

    The browser knows no clock of its own work: on a busy machine the quickest of a few tries counts.
    """
    draw = random.Random(7)
    texts = ["".join(draw.choices(PIECES, k=draw.randint(1, 120))) for _ in range(800)]
    texts += [piece * (4000 // len(piece)) for piece in PIECES]
    texts += [(piece + "a ") * (4000 // (len(piece) + 2)) for piece in PIECES]
    texts += [f"{piece}a{other}" * 300 for piece in MARKS for other in MARKS]
    async with house.window() as page:
        assert json.dumps(await page.evaluate(DRAW, texts)) == "[]"
