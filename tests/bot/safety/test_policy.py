"""Policies as files and as rules: whole or not at all, and the lowest limit counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Ratings
from bot.errors import InvalidRequest
from bot.safety.changes import LIMITS, described
from bot.safety.policy import MAX_PRIORITY_ROLES, MOST, OperatorPolicy, ServerPolicy, exported, imported
from bot.safety.ratings import ORDER
from bot.sentences.rendering import plain, render
from engine.textfile import NAMED_CHARS, SAID_CHARS
from tests.refusing import refused

if TYPE_CHECKING:
    from bot.config import Rating

ids = st.integers(1, 2**63).map(str)
ratings = st.sampled_from(ORDER)
policies = st.builds(
    ServerPolicy,
    open_limit=st.sampled_from(("safe", "sensitive")),
    age_restricted_limit=ratings,
    channel_limits=st.dictionaries(ids, ratings, max_size=4),
    role_limits=st.dictionaries(ids, ratings, max_size=4),
    channels=st.lists(ids, max_size=4).map(tuple),
    needed_roles=st.dictionaries(ratings, st.lists(ids, max_size=3).map(tuple), max_size=4),
    denied=st.lists(st.text("abc ぁ\"'\\", min_size=1, max_size=20), max_size=4).map(tuple),
    spoilers=st.booleans(),
    others_draw=st.booleans(),
    log_channel=st.none() | ids,
    log_prompts=st.booleans(),
    **{field: st.none() | st.integers(1, MOST) for labels in LIMITS.values() for field in labels},
    priority_roles=st.dictionaries(ids, st.floats(1.0, 10.0), max_size=4),
)


@given(policies)
def test_what_is_exported_is_imported_unchanged(policy: ServerPolicy) -> None:
    """An admin can move a policy from one server to another."""
    assert imported(exported(policy)) == policy


@pytest.mark.parametrize(
    "text",
    [
        'open_limit = "nsfw"',
        'age_restricted_limit = "extreme"',
        'unknown = "key"',
        'channels = ["general"]',
        'open_limit = "sensitive"\nchannel_limits = {12 = "safe", x = "safe"}',
        "denied = ['']",
        "max_queue = 0",
        "max_running = 1.5",
        "priority_roles = {12 = 11}",
        "[priority_roles]\n" + "\n".join(f"{role} = 2" for role in range(MAX_PRIORITY_ROLES + 1)),
        "not toml at all",
        'age_restricted_limit = "safe',
        "\udcff",
    ],
)
def test_a_file_with_one_mistake_changes_nothing(text: str) -> None:
    """All or nothing, with a sentence that says where the mistake is."""
    with refused(InvalidRequest, "nothing was changed"):
        imported(text.encode(errors="surrogateescape"))


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"\x89PNG\r\n\x1a\n", "This is no text file, so nothing was changed. `/settings export` gives one"),
        (b"\xff\xfe\x00", "This is no text file"),
        (b"spoiler = true", "There is no setting “spoiler”, so nothing was changed. Did you mean `spoilers`?"),
        (b"colour = 1", "There is no setting “colour”, so nothing was changed."),
        (
            b'open_limit = "explicit"',
            "The setting `open_limit` cannot be “explicit”, so nothing was changed. It can be `safe` or `sensitive`.",
        ),
        (
            b'age_restricted_limit = "save"',
            "cannot be “save”, so nothing was changed. It can be `explicit`, `nsfw`, `safe` or `sensitive`.",
        ),
        (b'channels = "general"', "The setting `channels` must be a list, such as `[]`, so nothing was changed."),
        (b'spoilers = "no"', "The setting `spoilers` must be `true` or `false`, so nothing was changed."),
        (b"max_queue = 0", "The setting `max_queue` must be a number >= 1, so nothing was changed."),
        (b"log_channel = 'general'", "The setting `log_channel` must be an id of Discord between quotes: digits only"),
        (b"spoilers = true\nnot toml", "The file is wrong at line 2, column 5, so nothing was changed."),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_its_writers_words(file: bytes, said: str) -> None:
    """Nothing of Python or of types, and always what would be right."""
    with pytest.raises(InvalidRequest) as refusal:
        imported(file)
    sentence = plain(refusal.value.sentence)
    assert said in sentence
    assert not any(word in sentence for word in ("codec", "enum", "Expected", "$.", "Object"))


def test_what_is_wrong_with_a_file_is_quoted_as_far_as_a_message_has_room() -> None:
    """A key may be as long as the file."""
    with pytest.raises(InvalidRequest) as refusal:
        imported(b"a" * 60_000 + b" = 1")
    [name] = [value for value in refusal.value.sentence.values.values() if isinstance(value, str)]
    assert len(name) == NAMED_CHARS
    with pytest.raises(InvalidRequest) as refusal:
        imported(b"[channel_limits]\n" + b"a" * 60_000 + b' = "safe"')
    assert max(len(str(value)) for value in refusal.value.sentence.values.values()) <= SAID_CHARS + 1  # three dots


def test_a_huge_file_is_not_even_parsed() -> None:
    """The size is bounded before the content is looked at."""
    assert imported(b"#" * 65_536) == ServerPolicy()
    with refused(InvalidRequest, r"^The file is larger than 64 KiB; nothing was changed\.$"):
        imported(b"#" * 65_537)


@pytest.mark.parametrize(
    ("most", "written"),
    [
        (1_000_000, "max_queue = {}"),
        (1_000_000, "max_pictures_per_person_per_day = {}"),
        (100, "denied = ['{:x<{}}']"),
        (500, "denied = [{tags}]"),
        (500, "channels = [{ids}]"),
        (500, "needed_roles = {{nsfw = [{ids}]}}"),
        (500, "[channel_limits]\n{limits}"),
        (500, "[role_limits]\n{limits}"),
        (25, "[priority_roles]\n{weights}"),
    ],
)
def test_the_bounds_of_a_policy_are_where_they_are_said_to_be(most: int, written: str) -> None:
    """The most of everything is taken, and one more is not."""

    def of(number: int) -> bytes:
        numbers = range(1, number + 1) if number <= 1000 else ()
        lists = {
            "tags": ", ".join(f"'tag {one}'" for one in numbers),
            "ids": ", ".join(f"'{one}'" for one in numbers),
            "limits": "\n".join(f"{one} = 'safe'" for one in numbers),
            "weights": "\n".join(f"{one} = 2" for one in numbers),
        }
        return written.format(number, number, **lists).encode()

    imported(of(most))
    with refused(InvalidRequest, "nothing was changed"):
        imported(of(most + 1))


def test_an_empty_file_is_the_policy_as_shipped() -> None:
    """Before anybody decides: safe in open channels, sensitive in age-restricted ones."""
    assert imported(b"") == ServerPolicy()
    assert (ServerPolicy().open_limit, ServerPolicy().age_restricted_limit) == ("safe", "sensitive")


def test_of_several_roles_the_lowest_limit_counts() -> None:
    """A role can only take away."""
    policy = ServerPolicy(role_limits={"1": "nsfw", "2": "safe", "3": "explicit"})
    assert policy.limit_of_roles(frozenset({1, 2, 3})) == "safe"
    assert policy.limit_of_roles(frozenset({1, 3})) == "nsfw"
    assert policy.limit_of_roles(frozenset({4})) is None


def test_a_category_binds_its_channels_and_threads() -> None:
    """The lowest limit among thread, channel and category counts."""
    policy = ServerPolicy(channel_limits={"1": "nsfw", "2": "sensitive"})
    assert policy.limit_of_channels((3, 1, 2)) == "sensitive"
    assert policy.limit_of_channels((1,)) == "nsfw"
    assert policy.limit_of_channels((3,)) is None


def test_a_rating_may_need_a_role() -> None:
    """Who may not ask for a rating may not ask for those above it either."""
    policy = ServerPolicy(needed_roles={"sensitive": ("5", "6")})
    nobody, member = frozenset[int](), frozenset({6})
    assert policy.may_ask("safe", nobody)
    assert not policy.may_ask("sensitive", nobody)
    assert not policy.may_ask("explicit", nobody)
    assert policy.may_ask("explicit", member)


def test_a_priority_role_is_a_weight() -> None:
    """Of several the highest counts; nobody is below 1."""
    policy = ServerPolicy(priority_roles={"5": 2.0, "6": 4.0})
    assert [policy.weight(frozenset[int](roles)) for roles in ((), (5,), (5, 6), (9,))] == [1.0, 2.0, 4.0, 1.0]


roles = st.frozensets(st.integers(1, 4), max_size=3)
few = st.integers(1, 4).map(str)
lists = st.lists(few, max_size=3).map(tuple)


@given(st.dictionaries(few, st.floats(1.0, 10.0), max_size=4), roles)
def test_somebody_weighs_what_their_heaviest_role_does(weights: dict[str, float], mine: frozenset[int]) -> None:
    """And 1 where none of theirs has a weight."""
    mine_weigh = [weights[str(role)] for role in mine if str(role) in weights]
    assert ServerPolicy(priority_roles=weights).weight(mine) == max([1.0, *mine_weigh])


@given(lists, roles)
def test_the_bot_draws_where_it_was_let_and_everywhere_where_nothing_was_said(
    named: tuple[str, ...], here: frozenset[int]
) -> None:
    """A thread counts by itself, by its channel and by its category."""
    expected = not named or bool({int(channel) for channel in named} & here)
    assert ServerPolicy(channels=named).draws_in(tuple(here)) is expected


@given(st.dictionaries(ratings, lists, max_size=4), roles | st.none(), ratings)
def test_every_rule_up_to_a_rating_must_be_met(
    needed: dict[Rating, tuple[str, ...]], mine: frozenset[int] | None, rating: Rating
) -> None:
    """Its own and those of the ratings below it; those above it ask for nothing yet."""
    rules = [needed[lower] for lower in ORDER[: ORDER.index(rating) + 1] if lower in needed]
    met = [bool({int(role) for role in rule} & (mine or set())) for rule in rules]
    assert ServerPolicy(needed_roles=needed).may_ask(rating, mine) is all(met)


def test_roles_are_asked_for_only_where_a_rule_is_about_them() -> None:
    """Limits of roles and ratings that need one; a weight is nothing that is refused for."""
    assert ServerPolicy(role_limits={"1": "safe"}).asks_for_roles
    assert ServerPolicy(needed_roles={"safe": ("1",)}).asks_for_roles
    assert ServerPolicy(priority_roles={"1": 2.0}).asks_for_roles is False


def test_the_operator_decides_in_the_configuration() -> None:
    """As shipped nobody is on the list of reviewed adults."""
    assert OperatorPolicy.of(Ratings(), tagger=True) == OperatorPolicy(tagger=True)
    decided = Ratings(highest="explicit", adults=("saber",), people=("somebody",), denied=("spider",))
    assert OperatorPolicy.of(decided, tagger=False) == OperatorPolicy(
        highest="explicit", adults=frozenset({"saber"}), people=("somebody",), denied=("spider",)
    )


def test_a_policy_cannot_be_changed_in_place() -> None:
    """A verdict and its audit record speak of the same policy."""
    with pytest.raises(AttributeError):
        ServerPolicy().spoilers = False  # type: ignore[misc]  # that it cannot be set is the point
    assert msgspec.structs.replace(ServerPolicy(), spoilers=False) != ServerPolicy()


def test_roles_that_nobody_knows_may_be_any() -> None:
    """The lowest limit of them counts, and a rule that asks for a role is not met."""
    policy = ServerPolicy(role_limits={"1": "nsfw", "2": "sensitive"}, needed_roles={"nsfw": ("3",)})
    assert policy.limit_of_roles(None) == "sensitive"
    assert policy.limit_of_roles(frozenset({1})) == "nsfw"
    assert policy.may_ask("sensitive", None)
    assert not policy.may_ask("nsfw", None)
    assert policy.may_ask("explicit", frozenset({3}))


def test_spoilers_above_sensitive_are_not_for_admins_to_decide() -> None:
    """Below that they are."""
    spoiled = {on: [rating for rating in ORDER if ServerPolicy(spoilers=on).spoils(rating)] for on in (True, False)}
    assert spoiled == {True: ["sensitive", "nsfw", "explicit"], False: ["nsfw", "explicit"]}


EVERYTHING = ServerPolicy(
    open_limit="sensitive",
    age_restricted_limit="explicit",
    channel_limits={"1": "safe"},
    role_limits={"2": "safe"},
    channels=("1",),
    needed_roles={"nsfw": ("2",)},
    denied=("hat",),
    spoilers=False,
    others_draw=False,
    log_channel="1",
    log_prompts=True,
    max_queue=9,
    max_queue_per_person=3,
    max_running=2,
    max_running_per_person=1,
    max_pictures_per_day=100,
    max_pictures_per_person_per_day=10,
    priority_roles={"2": 2.5},
    model="Other",
    models=("Other",),
)
"""A policy in which everything is decided otherwise than as shipped."""


def test_every_change_is_told_in_words() -> None:
    """Whatever can be decided: what it was, what it is, and never how the program writes it."""
    shipped = ServerPolicy()
    for name, value in msgspec.structs.asdict(EVERYTHING).items():
        assert value != getattr(shipped, name), f"{name} is not tried here"
        [told] = map(render, described(shipped, msgspec.structs.replace(shipped, **{name: value})))
        assert not set("{}()[]'_") & set(told), told
    assert described(EVERYTHING, EVERYTHING) == ()
    assert "share of <@&2>: 1 → 2.5" in map(render, described(shipped, EVERYTHING))
