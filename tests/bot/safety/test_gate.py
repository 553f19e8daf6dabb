"""Every combination of place, policy, rating and door against a table that was written by itself."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.gate import (
    Asker,
    Place,
    Situation,
    _limit_steps,
    brings,
    explain,
    judge,
    limit,
    previews,
    shows,
    shows_all,
)
from bot.safety.gate_question import GateQuestion
from bot.safety.naming import Telling
from bot.safety.policy import OperatorPolicy, ServerPolicy
from bot.safety.ratings import ORDER
from bot.sentences import gate as says
from bot.sentences.rendering import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.config import Rating
    from bot.safety.verdict import Verdict
    from bot.safety.wording import TextFilter

CHANNEL, ROLE = 7, 9

PLACES_CAN_HAVE = {
    # place: with the admins' limit for age-restricted channels at safe, sensitive, nsfw, explicit …
    # … each as a number of ratings allowed, the server's open channels at safe / at sensitive.
    Place.AGE_RESTRICTED: ((1, 2, 3, 4), (1, 2, 3, 4)),
    Place.OPEN: ((1, 1, 1, 1), (2, 2, 2, 2)),
    Place.DIRECT: ((1, 1, 1, 1), (1, 1, 1, 1)),
    Place.ANNOUNCEMENT: ((1, 1, 1, 1), (1, 1, 1, 1)),
    Place.UNKNOWN: ((1, 1, 1, 1), (1, 1, 1, 1)),
    Place.GONE: ((0, 0, 0, 0), (0, 0, 0, 0)),
}
"""The page of the design about ratings, as numbers: how many of the four ratings, from safe on, may be drawn."""


def allowed_ratings(
    place: Place,
    *,
    operator: int,
    tagger: bool,
    open_limit: int,
    restricted: int,
    channel: int | None,
    role: int | None,
) -> int:
    """The table, cut by everybody who may cut it."""
    bounds = [PLACES_CAN_HAVE[place][open_limit][restricted], operator + 1, 4 if tagger else 2]
    bounds += [bound + 1 for bound in (channel, role) if bound is not None]
    return min(bounds)


def doors(words: TextFilter) -> dict[str, Callable[[Situation, Rating], Verdict]]:
    """What the doors open with: each of them is one of these."""
    return {
        "command, button, form, menu, favourite, default, start": lambda situation, rating: judge(
            situation, GateQuestion(rating=rating, prompt=rating), words
        ),
        "words that ask for more": lambda situation, rating: judge(
            situation, GateQuestion(rating="safe", typed=rating), words
        ),
        "result, show, restore, recipe, notification": lambda situation, rating: shows(situation, rating, "safe"),
        "a picture that turned out higher": lambda situation, rating: shows(situation, "safe", rating),
        "preview": lambda situation, rating: previews(situation, rating, rating),
    }


def test_every_combination_agrees_with_the_table(words: TextFilter) -> None:
    """Place × operator × tagger × server × channel × role × rating × door: no disagreement."""
    every_door = doors(words)
    combinations = product(Place, range(4), (False, True), range(2), range(4), ((None, None), (0, 3), (2, 1)))
    for place, operator, tagger, open_limit, restricted, (channel, role) in combinations:
        situation = Situation(
            place=place,
            operator=OperatorPolicy(highest=ORDER[operator], tagger=tagger),
            server=ServerPolicy(
                open_limit=("safe", "sensitive")[open_limit],
                age_restricted_limit=ORDER[restricted],
                channel_limits={} if channel is None else {str(CHANNEL): ORDER[channel]},
                role_limits={} if role is None else {str(ROLE): ORDER[role]},
            ),
            channels=(CHANNEL,),
            person=Asker(roles=frozenset({ROLE})),
        )
        expected = allowed_ratings(
            place,
            operator=operator,
            tagger=tagger,
            open_limit=open_limit,
            restricted=restricted,
            channel=channel,
            role=role,
        )
        assert limit(situation) == (ORDER[expected - 1] if expected else None)
        assert brings(situation).allowed == bool(expected)
        for number, rating in enumerate(ORDER):
            for gatekeeper, ask in every_door.items():
                verdict = ask(situation, rating)
                assert verdict.allowed == (number < expected), (situation, rating, gatekeeper, verdict)
                assert render(verdict.sentence), (situation, rating, gatekeeper)


def test_what_is_drawn_agrees_with_the_table_whatever_was_asked_and_measured() -> None:
    """Place × operator × tagger × server × asked × measured (or not) × picture or preview: no disagreement."""
    measures: tuple[Rating | None, ...] = (None, *ORDER)
    for place, operator, tagger, restricted in product(Place, range(4), (False, True), range(4)):
        situation = Situation(
            place=place,
            operator=OperatorPolicy(highest=ORDER[operator], tagger=tagger),
            server=ServerPolicy(open_limit="sensitive", age_restricted_limit=ORDER[restricted]),
        )
        can_have = min(PLACES_CAN_HAVE[place][1][restricted], operator + 1, 4 if tagger else 2)
        for asked, measured in product(range(4), measures):
            number = asked if measured is None else max(asked, ORDER.index(measured))
            picture = number < can_have and not (tagger and measured is None)
            preview = picture and (measured is not None or asked == 0)
            case = (situation, ORDER[asked], measured)
            assert shows(*case).allowed == picture, case
            assert previews(*case).allowed == preview, case


RESTRICTED = Situation(
    place=Place.AGE_RESTRICTED,
    operator=OperatorPolicy(highest="explicit", tagger=True, adults=frozenset({"saber"})),
    server=ServerPolicy(age_restricted_limit="explicit"),
)


def test_who_may_draw_nothing_brings_nothing(words: TextFilter) -> None:
    """It is the no that a request would get: of a lock, a channel, a role."""
    for situation in (
        msgspec.structs.replace(RESTRICTED, person=Asker(locked_until=2_000_000_000)),
        msgspec.structs.replace(RESTRICTED, channels=(CHANNEL,), server=ServerPolicy(channels=(str(CHANNEL + 1),))),
        msgspec.structs.replace(RESTRICTED, server=ServerPolicy(needed_roles={"safe": (str(ROLE),)})),
        msgspec.structs.replace(RESTRICTED, place=Place.GONE),
    ):
        no = brings(situation)
        assert not no.allowed
        assert no == judge(situation, GateQuestion(rating="safe", from_upload=True), words)
    assert brings(RESTRICTED) == judge(RESTRICTED, GateQuestion(rating="safe", from_upload=True), words)


def test_an_unrated_picture_is_not_shown_where_pictures_are_rated() -> None:
    """If the tagger is configured and did not answer, nothing is posted."""
    for gatekeeper in (shows, previews):
        verdict = gatekeeper(RESTRICTED, "safe", None)
        assert (verdict.allowed, verdict.rule) == (False, "tagger")
    unrated = Situation(place=Place.OPEN, operator=OperatorPolicy())
    assert shows(unrated, "safe", None).allowed
    assert previews(unrated, "safe", None).allowed


def test_an_unrated_preview_is_shown_only_of_safe_requests() -> None:
    """Nobody knows what is on it."""
    without_tagger = Situation(place=Place.AGE_RESTRICTED, operator=OperatorPolicy(highest="sensitive"))
    assert shows(without_tagger, "sensitive", None).allowed
    verdict = previews(without_tagger, "sensitive", None)
    assert (verdict.allowed, verdict.rule) == (False, "tagger")


@given(st.lists(st.sampled_from(ORDER) | st.none(), max_size=4), st.sampled_from(ORDER), st.booleans())
def test_what_may_not_be_shown_of_one_picture_is_a_no_to_all(
    measured: list[Rating | None], asked: Rating, tagger: bool
) -> None:
    """The first no is the verdict; where there is no picture, what was asked for decides."""
    operator, server = OperatorPolicy(highest="explicit", tagger=tagger), ServerPolicy(age_restricted_limit="nsfw")
    situation = Situation(place=Place.AGE_RESTRICTED, operator=operator, server=server)
    alone = [shows(situation, asked, one) for one in measured] or [shows(situation, asked, asked)]
    refused = [verdict for verdict in alone if not verdict.allowed]
    assert shows_all(situation, asked, iter(measured)) == (refused[0] if refused else alone[0])


def test_a_limit_says_who_decided_it_and_what_is_left() -> None:
    """Every limit in words, met and not met; roles that cannot be seen are said to be so."""
    server = ServerPolicy(channel_limits={str(CHANNEL): "nsfw"}, role_limits={str(ROLE): "nsfw"})
    situation = Situation(
        place=Place.AGE_RESTRICTED,
        operator=OperatorPolicy(highest="nsfw"),
        server=msgspec.structs.replace(server, age_restricted_limit="nsfw"),
        channels=(CHANNEL,),
        person=Asker(roles=None),
    )

    def told(rating: Rating, **changes: object) -> list[tuple[str, str]]:
        here = msgspec.structs.replace(situation, **changes)
        return [(step.rule, render(step.sentence)) for step in _limit_steps(here, rating)]

    assert told("sensitive") == [
        ("operator", "This bot draws nothing above `nsfw`."),
        ("tagger", "Without a picture tagger this bot draws nothing above `sensitive`."),
        ("place", "In an age-restricted channel the highest rating is `explicit`."),
        ("server", "In an age-restricted channel the highest rating of this server is `nsfw`."),
        ("channel", "The highest rating of this channel is `nsfw`."),
        ("role", "The highest rating for people whose roles I cannot see is `nsfw`."),
    ]
    refused = told("explicit", person=Asker(roles=frozenset({ROLE})))
    start = "`explicit` is not allowed here:"
    assert ("operator", f"{start} this bot draws nothing above `nsfw`.") in refused
    assert ("role", f"{start} the highest rating for your roles is `nsfw`.") in refused
    assert told("safe", place=Place.GONE) == [
        ("place", "This channel was deleted, or I cannot see it, so I cannot draw here.")
    ]


def test_a_picture_is_shown_by_the_higher_of_its_two_ratings() -> None:
    """What turned out higher than asked is judged by what it is; what turned out lower by what was asked."""
    open_channel = Situation(place=Place.OPEN, operator=RESTRICTED.operator)
    assert not shows(open_channel, "safe", "sensitive").allowed
    assert not shows(open_channel, "sensitive", "safe").allowed
    assert shows(open_channel, "safe", "safe").allowed


def test_people_and_channels_can_be_left_out(words: TextFilter) -> None:
    """Other channels, missing roles and a lock refuse the person, not the picture."""
    server = ServerPolicy(channels=("1",), needed_roles={"sensitive": ("5",)})
    here = Situation(place=Place.AGE_RESTRICTED, operator=OperatorPolicy(), server=server, channels=(1, 2))
    elsewhere = Situation(place=Place.AGE_RESTRICTED, operator=OperatorPolicy(), server=server, channels=(3,))
    locked = Situation(place=Place.OPEN, operator=OperatorPolicy(), person=Asker(locked_until=1_800_000_000))
    assert judge(here, GateQuestion(rating="safe"), words).allowed
    assert judge(here, GateQuestion(rating="sensitive"), words).rule == "access"
    assert judge(elsewhere, GateQuestion(rating="safe"), words).rule == "channels"
    assert judge(locked, GateQuestion(rating="safe"), words).rule == "lock"
    assert "<t:1800000000:R>" in render(judge(locked, GateQuestion(rating="safe"), words).sentence)


def test_every_rule_can_be_explained(words: TextFilter) -> None:
    """The trail names every rule, goes on after a no, and its first no is the verdict."""
    trail = list(
        explain(RESTRICTED, GateQuestion(rating="explicit", prompt="1girl, nude, unheard of, school uniform"), words)
    )
    decided_by = "operator place server channels access lock"
    about_words = "length never denied tags minors age character people youth adults vocabulary"
    assert [step.rule for step in trail] == f"{decided_by} {about_words}".split()
    assert [step.rule for step in trail if not step.allowed] == ["youth", "vocabulary"]
    assert all(render(step.sentence) for step in trail)


def test_denied_tags_add_to_the_core(words: TextFilter) -> None:
    """The operator's and the server's, in any disguise; they never take away."""
    denying = Situation(
        place=Place.OPEN, operator=OperatorPolicy(denied=("spider",)), server=ServerPolicy(denied=("clown",))
    )
    for prompt, expected in (("SPIDER", "denied"), ("a cl0wn", "denied"), ("cat", "allowed"), ("loli", "never")):
        assert judge(denying, GateQuestion(rating="safe", prompt=prompt), words).rule == expected, prompt


def test_only_what_nobody_types_by_mistake_counts_as_a_strike(words: TextFilter) -> None:
    """A never term, or one of nsfw or explicit, typed exactly; no likeness, no mild word, no unknown tag."""

    def strikes(rating: Rating, typed: str) -> bool:
        return judge(RESTRICTED, GateQuestion(rating=rating, prompt=typed, typed=typed), words).strike

    never, grave = ("loli", "l0li", "ロリ"), ("nude", "desnuda", "sex", "n.u.d.e")
    assert [text for text in (*never, *grave) if not strikes("safe", text)] == []
    mild = ("bikini", "looli", "lolicno", "school uniform", "unheard of", "rider", "smile")
    assert [text for text in mild if strikes("safe", text)] == []
    above = ("school uniform", "unheard of", "rider", "child", "real life", "smile")
    assert [text for text in above if strikes("nsfw", text)] == []


OPEN = Situation(place=Place.OPEN, operator=RESTRICTED.operator)
DIRECT = Situation(place=Place.DIRECT, operator=RESTRICTED.operator)


def told(words: TextFilter, situation: Situation, rating: Rating, typed: str, **more: str) -> str:
    """The sentence for whoever typed this, alone."""
    asked = GateQuestion(rating=rating, prompt=typed, typed=typed, **more)  # type: ignore[arg-type]  # fields by name
    return render(judge(situation, asked, words, in_private=True).sentence)


@pytest.mark.parametrize(
    ("situation", "rating", "typed", "named"),
    [
        (OPEN, "safe", "1girl, Bikini, beach", "“Bikini” belongs to `sensitive`"),
        (OPEN, "safe", "a girl in a bikini at the beach", "“bikini” belongs to `sensitive`"),
        (OPEN, "safe", "bikini, cleavage", "“bikini” and “cleavage” belong to `sensitive`"),
        (OPEN, "safe", "1girl, (bikini:1.2)", "“bikini” belongs"),
        (DIRECT, "safe", "bikini", "Some of these words belong to `sensitive`"),
        (OPEN, "safe", "nude", "Some of these words belong to `nsfw`"),
        (OPEN, "safe", "bikini, nude", "Some of these words belong to `nsfw`"),
        (RESTRICTED, "safe", "1girl, nude", "“nude” belongs to `nsfw`"),
        (RESTRICTED, "sensitive", "rumia, smile", "“rumia” is drawn at `safe` only."),
        (RESTRICTED, "safe", "1girl, loli", "Some of these words are never drawn"),
    ],
)
def test_a_refusal_names_the_words_that_its_place_may_read(
    words: TextFilter, situation: Situation, rating: Rating, typed: str, named: str
) -> None:
    """As they were typed, the shortest phrase that the rule is about; of others it says the rating."""
    said = told(words, situation, rating, typed)
    assert named in said
    if "Some of these" in named:
        assert not any(word in said for word in ("bikini", "nude", "loli"))


def test_words_of_a_harmless_phrase_are_not_named(words: TextFilter) -> None:
    """Medium breasts are safe: what is named is the other tag."""
    said = told(words, OPEN, "safe", "a girl with medium breasts in a bikini")
    assert "“bikini”" in said
    assert "breasts" not in said


def test_a_refusal_says_what_would_be_allowed_here(words: TextFilter) -> None:
    """The rating to add, where it can be had here; else the highest that can."""
    sensitive = msgspec.structs.replace(OPEN, server=ServerPolicy(open_limit="sensitive"))
    assert "Here you can ask for up to `sensitive`: add `rating:sensitive`, or leave it out." in told(
        words, sensitive, "safe", "bikini"
    )
    assert "Here you can ask for up to `safe`. Please leave it out." in told(words, OPEN, "safe", "bikini")
    roles = msgspec.structs.replace(
        RESTRICTED, server=ServerPolicy(age_restricted_limit="nsfw", needed_roles={"sensitive": ("5",)})
    )
    assert told(words, roles, "explicit", "1girl").endswith("Here you can ask for up to `safe`.")
    assert told(words, OPEN, "sensitive", "1girl").endswith("the highest rating of this server is `safe`.")
    assert told(words, roles, "sensitive", "1girl").endswith("Here you can ask for up to `safe`.")


def test_others_words_are_named_as_far_as_the_place_draws(words: TextFilter) -> None:
    """A stranger who presses Reroll did not type them: in a place that draws `safe` they read none above it."""
    asked = GateQuestion(rating="safe", prompt="bikini", typed="bikini")
    sensitive = msgspec.structs.replace(OPEN, server=ServerPolicy(open_limit="sensitive"))
    for situation, named in ((OPEN, False), (sensitive, True)):
        verdict = judge(situation, asked, words, in_private=True, own=False)
        assert ("bikini" in render(verdict.sentence)) is named


def test_what_others_read_names_nothing(words: TextFilter) -> None:
    """The message of a job that is refused when its turn comes stands in the channel."""
    for typed in ("bikini", "a clown", "rumia"):
        asked = GateQuestion(rating="safe" if typed != "rumia" else "sensitive", prompt=typed, typed=typed)
        denying = msgspec.structs.replace(RESTRICTED, server=ServerPolicy(denied=("clown",)))
        assert typed.split()[-1] not in render(judge(denying, asked, words).sentence)


def test_who_denied_a_tag_is_told_with_the_tag(words: TextFilter) -> None:
    """The operator or the server's admins, in the positive and the negative; no word above what the place has."""
    denying = Situation(
        place=Place.OPEN,
        operator=OperatorPolicy(denied=("spider",)),
        server=ServerPolicy(denied=("clown", "nude")),
    )
    assert told(words, denying, "safe", "two Clowns") == (
        "“Clowns” is not drawn here: the admins of this server denied it. Please leave it out."
    )
    assert "“spider” is not drawn here: the operator of this bot denied it." in told(words, denying, "safe", "spider")
    assert "“clown” is not drawn" in told(words, denying, "safe", "1girl", negative="clown", typed_negative="clown")
    assert told(words, denying, "safe", "nude").startswith("Some of these words are not drawn here: the admins")


def test_what_undresses_is_named(words: TextFilter) -> None:
    said = told(words, OPEN, "safe", "1girl", negative="hat, red shirt", typed_negative="hat, red shirt")
    assert said.endswith("Please leave “shirt” out of it.")


def test_a_refusal_is_no_guide_around_what_guards_children(words: TextFilter) -> None:
    """To whoever asks it names neither what is never drawn nor what makes somebody young."""
    for typed in ("shota", "toddler", "school uniform"):
        for rating in ORDER:
            assert typed not in told(words, RESTRICTED, rating, typed)


def test_an_admin_is_told_which_words_guard(words: TextFilter) -> None:
    """But for those that are never drawn."""
    telling = Telling("explicit", guards=True)

    def first_no(rating: Rating, typed: str) -> str:
        asked = GateQuestion(rating=rating, prompt=typed, typed=typed)
        return render(next(step.sentence for step in explain(RESTRICTED, asked, words, telling) if not step.allowed))

    assert "That is about “toddler”." in first_no("sensitive", "a toddler, smile")
    assert "That is about “school uniform”." in first_no("nsfw", "1girl, school uniform")
    assert "loli" not in first_no("nsfw", "1girl, loli")


def test_what_is_drawn_is_shown_only_where_and_to_whom_it_may_be_drawn() -> None:
    """Channels and roles that the admins changed meanwhile count for finished pictures too; a lock does not."""
    server = ServerPolicy(age_restricted_limit="explicit", channels=("1",), needed_roles={"nsfw": ("5",)})
    operator = OperatorPolicy(highest="explicit", tagger=True)

    def shown(channel: int, *roles: int) -> str:
        person = Asker(roles=frozenset(roles), locked_until=1_800_000_000)
        situation = Situation(
            place=Place.AGE_RESTRICTED, operator=operator, server=server, channels=(channel,), person=person
        )
        return shows(situation, "sensitive", "nsfw").rule

    assert [shown(1, 5), shown(2, 5), shown(1, 6)] == ["allowed", "channels", "access"]


def test_a_limit_counts_who_asks_and_where() -> None:
    """A form offers no rating that its sender would be refused."""
    server = ServerPolicy(age_restricted_limit="explicit", channels=("1",), needed_roles={"sensitive": ("5",)})

    def highest(channel: int, *roles: int) -> Rating | None:
        operator, person = OperatorPolicy(highest="explicit", tagger=True), Asker(roles=frozenset(roles))
        return limit(
            Situation(place=Place.AGE_RESTRICTED, operator=operator, server=server, channels=(channel,), person=person)
        )

    assert [highest(1, 5), highest(1), highest(2, 5)] == ["explicit", "safe", None]


def test_every_place_has_its_words() -> None:
    """A limit that comes of the place says which kind of place it is."""
    said = {render(says.limit("place", place.value, "safe")) for place in Place}
    assert len(said) == len(Place)
    assert all(sentence.startswith("In a") for sentence in said)
