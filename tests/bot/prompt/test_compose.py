"""The prompt: the model card's order, every field alone, nothing lost in silence."""

import msgspec
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.errors import InvalidRequest
from bot.prompt import tags
from bot.prompt.completion import options_of
from bot.prompt.compose import compose
from bot.prompt.dialects import usual
from bot.prompt.terms import RATINGS, is_count, is_quality, key, rating, year
from bot.request import Request
from bot.sentences.rendering import plain
from engine.grammar import parse, plain_text, split
from tests.refusing import refused

QUALITY = "masterpiece, high score, great score, absurdres"
CARD_NEGATIVE = (
    "lowres, bad anatomy, bad hands, text, error, missing finger, extra digits, fewer digits, cropped, worst quality, "
    "low quality, low score, bad score, average score, signature, watermark, username, blurry"
)
SAFE = ", ".join(usual().required["safe"])
"""What a safe picture is steered away from, before the preset."""
CARD_EXAMPLE = (
    r"1girl, firefly \(honkai: star rail\), honkai \(series\), honkai: star rail, safe, casual, solo, "
    "looking at viewer, outdoors, smile, reaching towards viewer, night, "
    "masterpiece, high score, great score, absurdres"
)


def test_the_model_card_s_second_example_is_written_character_for_character(ask, ours):
    composed = compose(
        ask(
            subject="1girl",
            character="firefly (honkai: star rail)",
            series="honkai (series), honkai: star rail",
            rating="safe",
            tags="casual, solo, looking at viewer, outdoors, smile, reaching towards viewer, night",
        ),
        ours,
    )
    assert composed.prompt == CARD_EXAMPLE
    assert composed.negative_prompt == f"{SAFE}, {CARD_NEGATIVE}"
    assert [note.kind for note in composed.notes] == ["escaped", "escaped"]


@pytest.mark.parametrize(
    ("options", "prompt", "said"),
    [
        ({"tags": "smile"}, f"safe, smile, {QUALITY}", []),
        ({"tags": "smile, 1girl"}, f"1girl, safe, smile, {QUALITY}", ["“1girl” moved to the front"]),
        ({"tags": "masterpiece, smile", "quality": "none"}, "safe, smile, masterpiece", ["“masterpiece” moved"]),
        ({"tags": "smile, masterpiece"}, f"safe, smile, {QUALITY}", ["written once"]),
        ({"tags": "smile, best quality"}, f"safe, smile, {QUALITY}, best quality", []),
        ({"tags": "smile, (great score:1.2)"},
         "safe, smile, masterpiece, high score, (great score:1.2), absurdres", ["written once"]),
        ({"tags": "a, nsfw"}, f"nsfw, a, {QUALITY}", ["“nsfw” moved to the place of the rating"]),
        ({"tags": "sensitive, nsfw, a"}, f"nsfw, a, {QUALITY}", ["“nsfw” and the tags say “sensitive”"]),
        ({"tags": "a, explicit", "rating": "safe"}, f"safe, a, {QUALITY}", ["“safe” and the tags say “explicit”"]),
        ({"tags": "rating: explicit, a"}, f"explicit, a, {QUALITY}", []),
        ({"tags": "(ex[pli]cit:0.5), a", "rating": "safe"}, f"safe, a, {QUALITY}", ["the tag was dropped"]),
        ({"tags": "(a, explicit:1.2)", "rating": "safe"}, f"safe, (a:1.2), {QUALITY}", ["the tag was dropped"]),
        ({"tags": "(a BREAK (nsfw))", "rating": "safe"}, f"safe, (a:1.1), {QUALITY}", ["BREAK", "the tag was dropped"]),
        ({"tags": "year 2010, a"}, f"safe, a, year 2010, {QUALITY}", ["“year 2010” moved"]),
        ({"tags": "year 2010, a", "year": 2020}, f"safe, a, year 2020, {QUALITY}", ["“year 2010” was dropped"]),
        ({"tags": "year 1990, a"}, f"safe, year 1990, a, {QUALITY}", []),
        ({"tags": "a, A, (a:1.2), b_c, b c"}, f"safe, a, b_c, b c, {QUALITY}", ["“A” is there", "“a” is there"]),
        ({"tags": "long_hair, long hair"}, f"safe, long hair, {QUALITY}", ["“long hair” is there"]),
        ({"tags": "a, (a, b:1.2)"}, f"safe, a, (b:1.2), {QUALITY}", ["“a” is there"]),
        ({"tags": "a, 1girl BREAK a, 1girl, b"}, f"1girl, safe, a BREAK a, 1girl, b, {QUALITY}", ["“1girl” moved"]),
        ({"tags": "BREAK a BREAK BREAK b BREAK"}, f"safe, a BREAK b, {QUALITY}", ["A BREAK with no tag"]),
        ({"character": "c", "tags": "c BREAK a, c BREAK a"},
         f"c, safe, a BREAK a, {QUALITY}", ["“c” is there", "A BREAK with nothing left before it", "“c” is there"]),
        ({"tags": "a, love live!, b"}, f"safe, a, love live! , b, {QUALITY}", []),
        ({"tags": "a, (), (:3)"}, f"safe, a, {QUALITY}", ["“()” means nothing", "“(:3)” means nothing"]),
        ({"character": "BREAK (x"}, rf"B\REAK \(x, safe, {QUALITY}", ["“BREAK (x”"]),
        ({"subject": "1boy; 1girl", "character": "a; b", "series": "c; d, e"},
         f"1boy, 1girl, a, b, c, d, e, safe, {QUALITY}", []),
        ({"subject": "1girl", "tags": "solo, 1girl, a"},
         f"1girl, safe, solo, a, {QUALITY}", ["“1girl” is there"]),
    ],
)  # fmt: skip
def test_every_tag_has_its_place_and_every_change_a_note(ask, ours, options, prompt, said):
    """Moved, merged and dropped as the model card orders, and said."""
    composed = compose(ask(**options), ours)
    assert composed.prompt == prompt
    assert len(composed.notes) == len(said), composed.notes
    for note, words in zip(composed.notes, said, strict=True):
        assert words in plain(note.sentence)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"subject": "no humans", "tags": "1girl"}, "“no humans” and “1girl” contradict"),
        ({"subject": "no humans", "tags": "solo"}, "“no humans” and “solo” contradict"),
        ({"subject": "1girl; 2girls"}, "“1girl” and “2girls” contradict"),
        ({"subject": "1girl; multiple girls"}, "“1girl” and “multiple girls” contradict"),
        ({"subject": "2girls", "tags": "solo"}, "“solo” and “2girls” contradict"),
        ({"subject": "1girl; 1boy", "tags": "solo"}, "“solo” and “1boy” contradict"),
        ({"tags": "blurry"}, "“blurry” is in the prompt and in the negative prompt"),
        ({"quality": "worst quality", "tags": "a"}, "“worst quality” is in the prompt and in the negative prompt"),
    ],
)
def test_a_contradiction_is_named_and_left_to_the_person(ask, ours, options, said):
    """Both stay in the prompt; the note says what they are."""
    composed = compose(ask(**options), ours)
    assert [said in plain(note.sentence) for note in composed.notes if note.kind == "contradiction"] == [True]


@pytest.mark.parametrize("subject", ["2girls; multiple girls", "1girl; 1boy", "1girl", "no humans"])
def test_what_goes_together_is_no_contradiction(ask, ours, subject):
    assert compose(ask(subject=subject), ours).notes == ()


def test_a_style_stands_after_the_person_s_tags_and_steers_the_negative_too(ask, ours):
    """Style is part of everything else: before year and quality, its negative before the person's own."""
    composed = compose(ask(tags="a", style="pastel", year=2024, negative="x, dark"), ours)
    assert composed.prompt == (
        f"safe, a, pastel colors, soft lighting, light particles, pale palette, airy, year 2024, {QUALITY}"
    )
    assert composed.negative_prompt == f"{SAFE}, {CARD_NEGATIVE}, dark, high contrast, x"


def test_the_first_names_of_a_line_stay_before_the_rating_where_the_vocabulary_knows_them(ask, ours, kind):
    """A known character opens the line; one further on is a costume, or company."""
    line = "1girl, arima kana, oshi no ko, smile, hoshimachi suisei"
    assert compose(ask(tags=line), ours, kind).prompt == (
        f"1girl, arima kana, oshi no ko, safe, smile, hoshimachi suisei, {QUALITY}"
    )
    named = compose(ask(character="arima kana", tags="hoshimachi suisei, cosplay"), ours, kind)
    assert named.prompt == f"arima kana, safe, hoshimachi suisei, cosplay, {QUALITY}"


@pytest.mark.parametrize(
    ("line", "with_vocabulary"),
    [
        (CARD_EXAMPLE, CARD_EXAMPLE),
        (f"1girl, smile, safe, outdoors, {QUALITY}", f"1girl, safe, smile, outdoors, {QUALITY}"),
    ],
)
def test_a_whole_prompt_pasted_into_the_tags_keeps_its_names(ask, ours, kind, line, with_vocabulary):
    """Between count tag and rating of a whole prompt stand names, unless the vocabulary knows better."""
    assert compose(ask(tags=line), ours).prompt == line
    assert compose(ask(tags=line), ours, kind).prompt == with_vocabulary


def test_a_vanished_preset_is_a_sentence(ours):
    """An old record may name a style that the operator took away."""
    with refused(InvalidRequest, "There is no style “dream”"):
        compose(Request(seed=0, tags="a", style="dream"), ours)


words = st.sampled_from(
    ["smile", "long_hair", "^_^", "1girl", "no humans", "nsfw", "safe", "masterpiece", "year 2012", "BREAK", "a (b)",
     "a (b) (c: d)", r"a \(b\)", "(smile:1.2)", "[hat", "hat)", "(1girl, hat:0.7)", ":(", r"\l\o", "x:1.2)", "{",
     "love!", "(a BREAK explicit)", "((x)", "solo"]
)  # fmt: skip
fields = st.lists(words, max_size=6).map(", ".join) | st.text(
    st.sampled_from(list("ab, ()[]\\:1.2_!BREAK")), max_size=25
)
requests = st.builds(
    Request,
    subject=st.sampled_from(["", "1girl", "1girl; 1boy", "no humans"]),
    character=st.sampled_from(["", "a (b)", "c; d", r"a \(b\)", "x:1.2)", "(", "BREAK"]),
    series=st.sampled_from(["", "b", "b, c; d"]),
    rating=st.sampled_from(RATINGS),
    tags=fields,
    negative=fields,
    quality=st.sampled_from(["standard", "none", "low quality"]),
    negative_preset=st.sampled_from(["card", "none"]),
    style=st.sampled_from(["", "watercolour"]),
    year=st.sampled_from([None, 2007]),
    seed=st.just(0),
)


def keys(items):
    return [key(piece) for item in items for piece in tags.opened(item) if key(piece)]


@settings(max_examples=150)
@given(requests)
@example(Request(negative="111_\\\\,1", seed=0))
@example(Request(character="a (b)", tags="a (b), BREAK, 1girl, x", seed=0))
@example(Request(negative="smile, ((x), smile, BREAK", seed=0))
@example(Request(tags="smile, ((x), smile, BREAK", seed=0))
@example(Request(negative="smile, (x), ((y), smile, BREAK, smile), BREAK, z", seed=0))
def test_what_was_composed_composes_to_itself(ours, request_):
    """The written prompt, pasted back as tags, is written again without a change."""
    once = compose(request_, ours)
    pasted = Request(
        subject=request_.subject,
        character=request_.character,
        series=request_.series,
        rating=request_.rating,
        tags=once.prompt,
        negative=once.negative_prompt,
        quality="none",
        negative_preset="none",
        seed=0,
    )
    twice = compose(pasted, ours)
    assert (twice.prompt, twice.negative_prompt) == (once.prompt, once.negative_prompt)


@settings(max_examples=150)
@given(requests)
def test_the_order_is_the_model_card_s(ours, request_):
    """Counts, names, one rating, everything else, one year, quality tags; whatever was typed where."""
    first, *_ = compose(request_, ours).prompt.split(" BREAK ")
    whole = keys(split(compose(request_, ours).prompt))
    assert [tag for tag in whole if rating(tag)] == [request_.rating]
    assert len([tag for tag in whole if year(tag)]) <= 1
    quality = [is_quality(tag) for tag in whole]
    assert quality == sorted(quality)
    head = keys(split(first))[: keys(split(first)).index(request_.rating)]
    assert head == [*(t for t in head if is_count(t)), *(t for t in head if not is_count(t))]
    assert not any(is_count(tag) for tag in keys(split(first))[len(head) :])


@settings(max_examples=150)
@given(requests)
def test_no_tag_is_lost_in_silence(ours, request_):
    """Every tag that was typed is in its prompt, or a note names it."""
    composed = compose(request_, ours)
    said = " ".join(plain(note.sentence) for note in composed.notes).casefold()
    for typed, written in (
        (", ".join([request_.subject.replace(";", ","), request_.tags]), composed.prompt),
        (request_.negative, composed.negative_prompt),
    ):
        there = keys(split(written))
        for tag in keys(tags.read(typed).items):
            assert tag in there or f"“{tag}”" in said or rating(tag) == request_.rating


@given(requests)
def test_what_a_rating_requires_is_read_first_and_at_full_weight(ours, request_):
    """Whatever else is written, and also where the person wrote the same word with no weight."""
    heavy = msgspec.structs.replace(request_, negative=f"(nude:0), [underwear], {request_.negative}")
    for asked in (request_, heavy):
        first = parse(compose(asked, ours).negative_prompt)[0][0]
        assert first.weight == 1
        assert first.text.startswith(", ".join(usual().required[request_.rating]))


@settings(max_examples=150)
@given(requests, fields)
def test_no_field_reaches_into_another(ours, request_, other):
    """Whatever stands in the tags, the words of the other fields are read at weight 1; likewise the negative."""
    assume(not request_.style)
    composed = compose(request_, ours)
    at_one = "".join(s.text for section in parse(composed.prompt) for s in section if s.weight == 1)
    for name in (*tags.names(request_.subject), *tags.names(request_.character), *tags.names(request_.series)):
        assert plain_text(name) in at_one
    if request_.negative_preset == "card":
        required = ", ".join(usual().required[request_.rating])
        assert composed.negative_prompt.startswith(f"{required}, {CARD_NEGATIVE}")
    assert compose(Request(seed=0, rating=request_.rating, tags=other, negative=request_.negative), ours)


@given(requests)
def test_a_request_written_as_options_reads_as_the_same_prompt(ask, ours, request_):
    """The Edit form of a picture, sent unchanged, asks for the same picture."""
    try:
        asked = ask(options_of(request_))
    except InvalidRequest:
        assume(False)
    assert compose(asked, ours).prompt == compose(request_, ours).prompt


def test_a_vocabulary_that_knows_every_spelling_changes_no_escape(ours):
    """What is escaped already is not escaped again."""

    def knows_all(_tag):
        return "general"

    composed = compose(Request(seed=0, tags=r"firefly \(honkai: star rail\), a (b)", quality="none"), ours, knows_all)
    assert composed.prompt == r"safe, firefly \(honkai: star rail\), a \(b\)"
