"""An admin changes one thing at a time, within bounds, and the audit log tells it in words."""

import pytest

from bot.errors import InvalidRequest
from bot.safety.changes import LIMITS, described, limit, set_entry
from bot.safety.policy import MAX_ENTRIES, MAX_PRIORITY_ROLES, ServerPolicy
from bot.sentences.rendering import render
from bot.sentences.settings import counted
from tests.refusing import refused

FIELDS = [field for fields in LIMITS.values() for field in fields]


def test_limits_are_set_as_they_were_typed():
    """Those that were not stay; an empty one is none of the server's own."""
    before = ServerPolicy(max_queue=5, max_running=2, spoilers=False)
    after = limit({"max_queue": "", "max_queue_per_person": "3", "max_pictures_per_day": "1000000"})(before)
    assert after == ServerPolicy(max_queue_per_person=3, max_pictures_per_day=1_000_000, max_running=2, spoilers=False)


@pytest.mark.parametrize("typed", ["lots", "0", "-1", "1.5", "1e3", "1000001", "1,000", "²", "9" * 5000, "3 a day"])
@pytest.mark.parametrize("field", FIELDS)
def test_what_is_no_limit_is_refused_by_its_name(field, typed):
    """The sentence says what the field takes."""
    label = render(counted(field))
    with pytest.raises(InvalidRequest) as caught:
        limit({field: typed})
    assert render(caught.value.sentence) == (
        f"**{label}** must be a whole number from 1 to 1,000,000, or empty. Nothing was changed."
    )


def test_a_form_changes_nothing_but_limits():
    """Whatever somebody sends under another name."""
    assert limit({"age_restricted_limit": "explicit"})(ServerPolicy()) == ServerPolicy()


@pytest.mark.parametrize(
    ("table", "value", "most"), [("role_limits", "safe", MAX_ENTRIES), ("priority_roles", 2.0, MAX_PRIORITY_ROLES)]
)
def test_a_full_table_takes_one_more_when_one_is_removed(table, value, most):
    """What stands in it can be changed all the same."""
    full = ServerPolicy(**{table: {str(role): value for role in range(most)}})
    with refused(InvalidRequest, f"There are already {most} entries"):
        set_entry(table, "999", value)(full)
    assert set_entry(table, "0", value)(full) == full
    freed = set_entry(table, "0", None)(full)
    assert "999" in getattr(set_entry(table, "999", value)(freed), table)


@pytest.mark.parametrize("field", FIELDS)
def test_every_limit_is_told_in_words(field):
    """No field's name is read by anybody, and no two limits are told alike."""
    [told] = map(render, described(ServerPolicy(), ServerPolicy(**{field: 3})))
    assert told.endswith(": none → 3")
    assert "_" not in told
    assert ("per person" in told) == ("per_person" in field)


def test_a_priority_is_told_as_a_share():
    """Beside 1 of everybody else."""
    before, after = (
        ServerPolicy(priority_roles={"1": 2.0, "2": 1.5}),
        ServerPolicy(priority_roles={"1": 3.0, "3": 10.0}),
    )
    assert tuple(map(render, described(before, after))) == (
        "share of <@&1>: 2 → 3",
        "share of <@&2>: 1.5 → 1",
        "share of <@&3>: 1 → 10",
    )
