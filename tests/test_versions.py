"""One number says which Eshi this is: in the program, in the changelog, and in the tag of a release."""

import re
import subprocess

import engine
from tests.documents import ROOT

CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
NUMBER = r"(\d+)\.(\d+)\.(\d+)"


def headings():
    return re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", CHANGELOG, re.MULTILINE)


def test_the_version_is_a_semantic_one():
    """So that people can tell what a change may do to them."""
    assert re.fullmatch(NUMBER, engine.__version__)


def test_the_changelog_has_releases_from_the_newest_to_the_oldest():
    """What is not released stands first, and every release has its day."""
    (first, _), *released = headings()
    assert first == "Unreleased"
    numbers = [tuple(map(int, re.fullmatch(NUMBER, name).groups())) for name, _ in released]
    assert numbers == sorted(numbers, reverse=True)
    assert all(day for _, day in released)


def test_the_program_is_the_newest_release_of_the_changelog_or_newer():
    """A release is made by changing both."""
    newest = headings()[1][0] if len(headings()) > 1 else "0.0.0"
    assert _key(engine.__version__) >= _key(newest)


def test_tags_of_releases_have_one_form():
    """`v` and the number; none is newer than the program."""
    done = subprocess.run(["git", "tag", "--list", "v*"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607  the developer's own
    tags = done.stdout.split()
    assert [tag for tag in tags if not re.fullmatch(f"v{NUMBER}", tag)] == []
    assert all(_key(tag[1:]) <= _key(engine.__version__) for tag in tags)


def _key(number):
    return tuple(map(int, number.split(".")))
