"""What stands where under a job's message: few rows, nothing that acts where Cancel was, blue where it costs."""

import msgspec
import pytest

from bot.job import Job
from bot.queue.forecast import Wait
from bot.sentences.joined import as_written
from bot.views import card
from bot.views.buttons import LOOKS, row

BLUE = 1
MOST_ROWS, MOST_BUTTONS, MOST_ENTRIES = 3, 5, 25
"""The first is ours; the others are Discord's (developer documentation, Components, Action Row and String Select)."""

MORE = ("vary", "enlarge", "extend", "detail")
"""What draws more of one picture, between what is used often and the menu."""


@pytest.fixture
def job(new_job):
    """One of so many pictures."""

    def make(count=1, **changes):
        new = new_job()
        request = msgspec.structs.replace(new.request, count=count, **changes)
        return Job(**msgspec.structs.asdict(new) | {"request": request}, id="00000A", created_at=1.0, message_id=5)

    return make


def rows(view):
    """The rows of buttons and menus, each as its components."""
    [container] = view.to_components()
    return [one["components"] for one in container["components"] if one["type"] == 1]


def result(job, **options):
    names = [f"{number}.png" for number in range(job.request.count)]
    return card.result(job, names, spoiler=False, **options)


def ends(job):
    """Every message that stands where a progress with its Cancel was."""
    return [
        result(job),
        card.ended(job, as_written("No.")),
        card.over(msgspec.structs.replace(job, error=as_written("No."))),
        card.kept(msgspec.structs.replace(job, kept=as_written("Gone."))),
    ]


def test_the_rows_are_the_same_for_one_picture_and_for_four(job):
    assert rows(result(job(1))) == rows(result(job(4)))


def test_what_draws_more_of_one_picture_stands_between(job):
    """In a row of its own, and the menu has room for more."""
    found = rows(result(job()))
    often, more, [menu] = found
    assert len(found) <= MOST_ROWS
    assert len(often) <= MOST_BUTTONS
    assert [one["custom_id"].rpartition(":")[2] for one in more] == [*MORE]
    assert len(more) <= MOST_BUTTONS
    assert len(menu["options"]) + 2 <= MOST_ENTRIES


def test_nothing_acts_where_cancel_was(job):
    """The last row is a menu, and choosing in it asks before anything is gone; it can be emptied, and chosen again."""
    assert rows(card.waiting(job(), Wait(1)))[-1][0]["custom_id"].endswith(":cancel")
    for view in ends(job()):
        [last] = rows(view)[-1]
        assert last["custom_id"] == "v1:00000A:more"
        assert last["min_values"] == 0


def test_what_draws_at_once_is_blue_and_nothing_else_is():
    """Nobody starts a picture by a press that looks free."""
    assert {
        action for action in LOOKS if row("00000A", action).to_component_dict()["components"][0]["style"] == BLUE
    } == {"reroll", "redraw", "properly"}


@pytest.mark.parametrize(("private", "alone"), [(True, False), (False, True)])
def test_what_one_person_sees_has_no_spoiler_and_no_report(job, private, alone):
    """There is nobody to spare, and nobody to tell."""
    [menu] = rows(result(job(private=private), alone=alone))[-1]
    assert [one["value"] for one in menu["options"]] == ["exactly", "delete"]


def test_every_entry_of_the_menu_is_explained(job):
    """A word alone says too little of what happens then."""
    [menu] = rows(result(job()))[-1]
    assert all(one["description"] for one in menu["options"])
    assert [one["value"] for one in menu["options"]] == [*card.RARE]
