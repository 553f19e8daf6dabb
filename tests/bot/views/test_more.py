"""The question under Vary and Enlarge: a blue button for each picture, which says which one it is."""

import pytest
from msgspec.structs import replace

from bot.sentences import more as says
from bot.sentences.rendering import render
from bot.views.more import WAYS, question
from tests.bot.views.test_buttons import BLUE, MOST_BUTTONS, MOST_ROWS, rows
from tests.bot.views.test_card import job_of, request, texts


def asked(numbers, count):
    ways = {kind: says.explained(kind, 4, 832, 1216, 4.0) for kind in WAYS["vary"]}
    return question(job_of(replace(request("safe"), count=count)), ways, numbers)


@pytest.mark.parametrize("count", [1, 4])
def test_every_button_is_blue_and_has_room(count):
    view = asked(range(count), count)
    assert len(rows(view)) <= MOST_ROWS
    assert all(len(one) == count <= MOST_BUTTONS for one in rows(view))
    assert all(button["style"] == BLUE for one in rows(view) for button in one)


def test_one_picture_needs_no_number():
    assert [one[0]["label"] for one in rows(asked([0], 1))] == ["Subtle", "Strong"]
    assert "in order" not in texts(asked([0], 1))


def test_pictures_keep_their_numbers_where_others_are_not_shown():
    """And it is said which is which."""
    view = asked([0, 2, 3], 4)
    assert [button["label"] for button in rows(view)[0]] == ["Subtle · 1", "Subtle · 3", "Subtle · 4"]
    assert render(says.numbered(("1", "3", "4"))) in texts(view)
    assert render(says.numbered(("1", "2", "3", "4"))) not in texts(asked(range(4), 4))
