"""What the README shows and says exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PICTURES = ROOT / "docs" / "pictures"
MAX_BYTES = 1_000_000


def test_every_picture_is_shown_and_every_shown_picture_is_there():
    """`make pictures` makes them; one that nothing shows is only weight."""
    shown = set(re.findall(r'(?:src|srcset)="(docs/[^"]+)"', README)) | set(re.findall(r"!\[[^]]*]\((.+?)\)", README))
    there = {str(file.relative_to(ROOT)) for file in (ROOT / "docs").rglob("*") if file.suffix in {".webp", ".png"}}
    assert shown == there


def test_every_picture_says_what_it_shows():
    """For those who do not see it."""
    tags = re.findall(r"<img [^>]+>", README)
    assert tags
    assert all(re.search(r'alt="[^"]{20,}"', tag) for tag in tags)


def test_the_pictures_are_light():
    """A repository is cloned more often than its pictures are looked at."""
    assert sum(file.stat().st_size for file in PICTURES.iterdir()) < MAX_BYTES
