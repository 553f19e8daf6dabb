"""The README and its pages as tests read them: tables, code, pictures, and what the sources can say."""

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
README = (ROOT / "README.md").read_text()
RATINGS = (ROOT / "docs" / "ratings.md").read_text()
TROUBLESHOOTING = (ROOT / "docs" / "troubleshooting.md").read_text()
FAQ = (ROOT / "docs" / "faq.md").read_text()
LOCAL_DISCORD = (ROOT / "docs" / "local-discord.md").read_text()
INSTALL, WINDOWS, RENTED, OPERATING, CLUSTER = (
    (ROOT / "docs" / f"{name}.md").read_text() for name in ("install", "windows", "rented", "operating", "cluster")
)
PAGES = {
    ROOT / "README.md": README,
    ROOT / "docs" / "ratings.md": RATINGS,
    ROOT / "docs" / "troubleshooting.md": TROUBLESHOOTING,
    ROOT / "docs" / "faq.md": FAQ,
    ROOT / "docs" / "local-discord.md": LOCAL_DISCORD,
    ROOT / "docs" / "install.md": INSTALL,
    ROOT / "docs" / "windows.md": WINDOWS,
    ROOT / "docs" / "rented.md": RENTED,
    ROOT / "docs" / "operating.md": OPERATING,
    ROOT / "docs" / "cluster.md": CLUSTER,
}

HOLE = "…"
"""What stands in a quoted message for what is filled in."""
_PRINTF = re.compile(r"%[-#0 +]*[\d*]*(?:\.[\d*]+)?[sdrgfix]")


def column(page, title):
    """The cells under this title, of every table of the page that has it."""
    at = None
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if "|" in line else []
        if not cells:
            at = None
        elif at is None:
            at = cells.index(title) if title in cells else -1
        elif at >= 0 and not set(cells[0]) <= set("-: "):
            yield cells[at]


def code(text):
    """What stands between backticks, on a line."""
    return re.findall(r"`([^`\n]+)`", text)


def block(page, language, *, holding):
    """The first code block of this language that holds these words."""
    return next(text for text in re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL) if holding in text)


def prose(page):
    """The sentences that a page is read as: of its paragraphs, list items and cells; code is one word each."""
    page = re.sub(r"```.*?```|<!--.*?-->|<[^>\n]+>", "\n", page, flags=re.DOTALL)
    page = re.sub(r"\]\([^)]*\)", "]", re.sub(r"`[^`\n]+`", "code", page))
    blocks = [""]
    for line in page.splitlines():
        begins = not line.strip() or re.match(r"\s*(?:[-#|]|\d+\. )", line)
        cells = line.split("|") if line.strip().startswith("|") else [line]
        blocks += cells if begins else []
        if not begins:
            blocks[-1] += f" {line}"
    for block_ in blocks:
        yield from (one for one in re.split(r"(?<=[.!?])[*_)”\"]*\s+", block_.strip()) if one)


def words_of(sentence):
    """How many words somebody reads."""
    return len(re.findall(r"[\w’'×/+.-]*\w", sentence))


def keys():
    """Every key of the example configuration, and every table, by its full name."""

    def walk(table, before):
        for name, value in table.items():
            yield f"{before}{name}"
            if isinstance(value, dict):
                yield from walk(value, f"{before}{name}.")

    return set(walk(tomllib.loads((ROOT / "config.example.toml").read_text()), ""))


def sentences():
    """Every string in the sources of bot and engine, with … for what is filled in."""
    for package in ("bot", "engine"):
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.JoinedStr):
                    parts = (part.value if isinstance(part, ast.Constant) else HOLE for part in node.values)
                    yield re.sub(f"{HOLE}+", HOLE, "".join(parts))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield _PRINTF.sub(HOLE, node.value)
