"""What SECURITY.md promises has a test each, and those that look at the whole program are here."""

import ast
import re
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.spool_names import SPOOLED, input_file
from tests.documents import ROOT

PAGE = (ROOT / "SECURITY.md").read_text()
ROWS = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)
BOT = [path for path in (ROOT / "bot").rglob("*.py") if "sandbox" not in path.parts]


def trees():
    return [(path, ast.parse(path.read_text())) for path in BOT]


def test_there_are_sixteen():
    assert [int(number) for number, _, _ in ROWS] == [*range(1, 17)]


@pytest.mark.parametrize(("number", "tests"), [(number, tests) for number, _, tests in ROWS])
def test_every_promise_has_its_test(number, tests):
    """By name, in the file that is named."""
    named = re.findall(r"`([^`]+)`", tests)
    assert named, number
    for one in named:
        path, _, name = one.partition("::")
        text = (ROOT / path).read_text()
        assert not name or re.search(rf"^(?:async )?def {name}\(", text, re.MULTILINE), one


@given(
    st.text(max_size=80)
    | st.from_regex(r"[0-9A-Z./\\:~]{1,30}\.(?:png|latents)", fullmatch=True)
    | st.from_regex(r"input-[0-9./\\:~]{1,9}-[0-9a-f./\\]{30,34}\.png", fullmatch=True)
)
def test_no_name_of_a_backup_leads_out_of_its_folder(name):
    """What is taken is one part of a path on any system, hidden from nobody, and no device."""
    if SPOOLED.fullmatch(name) is None:
        return
    for kind in (PurePosixPath, PureWindowsPath):
        path = kind(name)
        assert (len(path.parts), path.name, path.is_absolute()) == (1, name, False)
    assert not name.startswith(".")
    assert not re.match(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)\.", name)


@pytest.mark.parametrize("name", ["000001-0.png", "ZZZZZZ-3.latents", input_file(7, "ab" * 32)])
def test_a_picture_s_name_is_taken(name):
    assert SPOOLED.fullmatch(name)


SENDING = {"send", "send_message", "edit_original_response", "edit_message"}


def test_every_message_says_whom_it_may_ping():
    """Each call that posts or edits: a default that somebody changes later would ping at once, everywhere."""
    silent = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path, tree in trees()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in SENDING
        and not any(word.arg in {"allowed_mentions", None} for word in call.keywords)
        and "engine" not in path.relative_to(ROOT).parts  # its `send` is the wire's
    ]
    assert silent == []


RUNNING = {"execute", "executemany", "executescript", "execute_fetchall", "fetch"}

OUR_OWN = {
    *("_COLUMNS", "_COUNTS", "_DRAWN", "_FIELDS", "_IN_A_FORM", "_LIFTED", "_WAITING"),  # constants beside it
    *("table", "column", "by", "changed", "sums[0]", "sums[1]"),  # out of tables that the code lists
    *("self._table", "self._column", "self._kept_at"),  # of a class
    "whose.condition",  # names of fields, and a parameter for each
    *("script", "number", "newest"),  # of migrations
    "min(busy_timeout_s, LOCK_WAIT_S) * 1000",  # a number
}
"""All that is written into statements; whatever is new here is looked at by whoever adds it."""


def test_no_value_is_written_into_sql():
    """What comes from anybody is a parameter; a statement is put together out of our own words alone."""
    foreign = {
        f"{path.relative_to(ROOT)}:{part.lineno}: {ast.unparse(value.value)}"
        for path, tree in trees()
        if "sqlite" in path.read_text() or "store" in path.parts
        for part in ast.walk(tree)
        if isinstance(part, ast.JoinedStr) and _is_sql(part)
        for value in part.values
        if isinstance(value, ast.FormattedValue) and ast.unparse(value.value) not in OUR_OWN
    }
    assert foreign == set()


def _is_sql(text):
    words = "".join(one.value for one in text.values if isinstance(one, ast.Constant)).split()
    return bool(words) and words[0] in {"SELECT", "INSERT", "UPDATE", "DELETE", "PRAGMA", "BEGIN", "WITH", "DROP"}


def test_nothing_else_is_put_together_where_it_is_run():
    """No `+`, no `%`, no `format`: what is run is a text, a name, or one of the above."""
    odd = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path, tree in trees()
        if "store" in path.parts
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in RUNNING
        and call.args
        and not isinstance(call.args[0], ast.Constant | ast.Name | ast.JoinedStr | ast.Attribute)
    ]
    assert odd == []


def test_the_files_are_those_that_run():
    assert Path(ROOT / "bot" / "store" / "database.py") in BOT
