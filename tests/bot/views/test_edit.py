"""A form changes what somebody changed in it, and nothing that it does not show."""

import math
from functools import partial

import discord
import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.config import Bot, Limits
from bot.errors import InvalidRequest
from bot.prompt import presets
from bot.prompt.completion import Completion, options_of
from bot.prompt.compose import compose
from bot.request import SHAPES, Change, Options
from bot.sentences import edit as says
from bot.sentences.joined import as_written
from bot.sentences.recipes import resource_not_used
from bot.sentences.rendering import render
from bot.sentences.uploads import FACE_IS_GUESSED
from bot.sentences.words import no_favourites
from bot.store.forms import OpenForm, open_form
from bot.views.edit import FIELDS, TEXT_CHARS, EditForm, Offers, changes, form_id, sent_texts
from bot.views.edit_screen import EditState, screen, which
from engine.wire import SEED_LIMIT

OURS = presets.load()
OFFERS = Offers(Limits(), OURS)
PARTS = ("words", "style", "numbers")
MOST_INPUTS = 5
"""Of a form (developer documentation, Modal)."""
MOST_TEXT = 4000
"""Of a message's text displays together (developer documentation, Components, Text Display)."""


def completed(options):
    return Completion(
        config=Bot(), presets=OURS, groups={}, draw_seed=lambda: 7, compose=partial(compose, presets=OURS)
    ).complete(options)


def opened(part, options):
    return EditForm(form_id("00000A", part), part, options, OFFERS, title=as_written("A title"))


def sent(form, **filled):
    """What Discord's client sends: every field, as it stands there, without blanks around it."""
    components = []
    for label in form.to_dict()["components"]:
        field = label["component"]
        name = field["custom_id"]
        if field["type"] == discord.ComponentType.text_input.value:
            field |= {"value": str(filled.get(name, field.get("value") or "")).strip()}
        else:
            chosen = [option["value"] for option in field["options"] if option.get("default")]
            field |= {"values": [filled[name]] if name in filled else chosen}
        components.append({"type": 18, "component": field})
    return sent_texts(type("Sent", (), {"data": {"components": components}}))


words = st.text(st.sampled_from(list("ab,;(){}|[]:1._\\@ ")), max_size=30)
typed = st.builds(
    Options,
    subject=st.sampled_from([None, "1girl", "1girl; 1boy"]),
    character=st.none() | words,
    series=st.none() | words,
    tags=st.none() | words,
    negative=st.none() | words,
    shape=st.none() | st.sampled_from(list(SHAPES)),
    count=st.none() | st.integers(1, 4),
    seed=st.none() | st.integers(0, SEED_LIMIT - 1),
    style=st.none() | st.just("") | st.sampled_from(list(OURS.style)),
    quality=st.none() | st.sampled_from(list(OURS.quality)),
    negative_preset=st.none() | st.sampled_from(list(OURS.negative)),
    year=st.none() | st.integers(2005, 2025),
    steps=st.none() | st.integers(10, 40),
    guidance=st.none() | st.floats(1, 10),
    sampler=st.none() | st.sampled_from(list(Limits().samplers)),
    private=st.none() | st.booleans(),
)


@settings(deadline=None, max_examples=60)
@given(typed, st.permutations(PARTS))
def test_forms_that_are_sent_as_they_were_opened_change_nothing(options, parts):
    """Every request × every form, one after the other in any order: the same request."""
    try:
        request = completed(options)
        before = completed(options_of(request))
    except InvalidRequest:
        assume(False)
    form = open_form(options_of(request), given="")
    for part in parts:
        read = changes(part, form, sent(opened(part, form)))
        assert read == ({}, ())
        form = msgspec.structs.replace(form, **read.values)
    assert completed(form) == before


@pytest.mark.parametrize("part", PARTS)
def test_a_text_that_is_longer_than_a_field_stays_whole(part):
    """Unless it is changed: then it is what was typed, as the form says."""
    form = OpenForm(tags="a" * (TEXT_CHARS + 1), character="b" * (TEXT_CHARS + 1))
    assert changes(part, form, sent(opened(part, form))) == ({}, ())
    assert changes("words", form, sent(opened("words", form), tags="hat")).values == {"tags": "hat"}
    labels = {
        one["component"]["custom_id"]: one.get("description") for one in opened("words", form).to_dict()["components"]
    }
    assert [name for name, rest in labels.items() if rest] == ["character", "tags"]


@pytest.mark.parametrize(
    ("part", "filled", "expected"),
    [
        ("words", {"tags": "frown,\nnight,\n"}, {"tags": "frown, night"}),
        ("words", {"character": ""}, {"character": ""}),
        ("style", {"shape": "square 1:1"}, {"shape": "square 1:1"}),
        ("style", {"style": "none"}, {"style": ""}),
        ("numbers", {"count": "4", "guidance": "6,5"}, {"count": 4, "guidance": 6.5}),
        ("numbers", {"seed": "", "year": " 2020 "}, {"seed": None, "year": 2020}),
    ],
)
def test_what_was_changed_is_all_that_changes(part, filled, expected):
    form = OpenForm(
        subject="1girl", character="hatsune miku", tags="smile", style="watercolour", shape="portrait 2:3", seed=5
    )
    assert changes(part, form, sent(opened(part, form), **filled)) == (expected, ())


@pytest.mark.parametrize("text", ["many", "1e5", "0x10", "1.5", "nan", "inf", "-", "1" * 5000, "١٢x"])
def test_what_is_no_number_is_named_and_changes_nothing(text):
    """Beside it the other fields count."""
    form = OpenForm(steps=20, guidance=5.0)
    read = changes("numbers", form, {"steps": text, "count": "2"})
    assert read.values == {"count": 2}
    assert [one.id for one in read.wrong] == ["edit.no_number"]
    for value in ("nan", "inf", "much"):
        assert changes("numbers", form, {"guidance": value}).values == {}
    assert math.isfinite(changes("numbers", form, {"guidance": "7"}).values["guidance"])


@pytest.mark.parametrize("part", PARTS)
def test_a_form_has_as_many_fields_as_discord_takes(part):
    """Each with a label; together they show all that is kept but the rating, for whom it is and which variation.

    What a prompt came to stands in the other fields, and LoRAs among the tags. The checkpoint stays what it is.
    """
    assert 0 < len(opened(part, Options()).to_dict()["components"]) <= MOST_INPUTS
    everything = {name for names in FIELDS.values() for name in names}
    beside = {"rating", "private", "variation_seed", "variation_strength", "more_tags", "prompt"}
    beside |= {"lora", "model", "draft"}
    begins_with = {"image", "parent", "size", "strength", "change", "from_upload"}
    assert everything | beside | begins_with == {*Options.__struct_fields__}


def test_a_choice_that_is_not_offered_any_more_stays():
    """Nothing is chosen in its place, and the form may be sent without choosing."""
    form = OpenForm(style="of last year", sampler="ddim")
    fields = {one["component"]["custom_id"]: one["component"] for one in opened("style", form).to_dict()["components"]}
    assert not any(option.get("default") for option in fields["style"]["options"])
    assert not fields["style"]["required"]
    assert changes("style", form, sent(opened("style", form))) == ({}, ())


def test_many_presets_leave_room_for_the_one_that_is_chosen():
    many = {f"style {number:03}": OURS.style[next(iter(OURS.style))] for number in range(60)}
    offers = Offers(Limits(), presets.Presets(quality=OURS.quality, negative=OURS.negative, style=many))
    form = EditForm("v1:form:00000A:style", "style", OpenForm(style="style 055"), offers, title=as_written("A title"))
    fields = {one["component"]["custom_id"]: one["component"] for one in form.to_dict()["components"]}
    options = fields["style"]["options"]
    assert len(options) == 25
    assert [option["value"] for option in options if option.get("default")] == ["style 055"]


def texts(view):
    return [item.content for item in view.walk_children() if isinstance(item, discord.ui.TextDisplay)]


def test_the_private_message_shows_everything_and_stays_in_its_bounds():
    """However long the words and the notes are; markup of others is only read there."""
    long = OpenForm(
        **dict.fromkeys(("subject", "character", "series", "tags", "negative"), "*" * 5000),
        notes=tuple(resource_not_used("LoRA", f"**{number}** " + "_" * 50) for number in range(40)),
        private=True,
    )
    view = screen(EditState("00000A", long, "safe", [as_written("_no_")] * 3))
    assert sum(map(len, texts(view))) <= MOST_TEXT
    assert "**1**" not in "".join(texts(view))
    named = "".join(texts(screen(EditState("00000A", OpenForm(tags="a"), "safe", [no_favourites("_a_")]))))
    assert r"“\@\_a\_” was read as words. `/me favourite save` saves your first." in named
    short = "\n".join(texts(screen(EditState("00000A", OpenForm(character="hatsune miku", seed=5), "safe"))))
    for name in (*FIELDS["style"], *FIELDS["numbers"], "character"):
        assert f"**{render(says.field(name))}**" in short
    assert "hatsune miku" in short
    varied = OpenForm(tags="a", seed=5, variation_seed=9, variation_strength=0.2)
    for seed, shown in ((5, True), (None, False)):
        said = "\n".join(texts(screen(EditState("00000A", msgspec.structs.replace(varied, seed=seed), "safe"))))
        assert (render(says.varied(9, 0.2)) in said) == shown
    part = msgspec.structs.replace(varied, change=Change(area="hair"))
    assert render(says.varied(9, 0.2)) not in "\n".join(texts(screen(EditState("00000A", part, "safe"))))


def test_several_pictures_are_told_apart():
    """By number, seed and words; those without a recipe are named."""
    forms = {1: ("00000A", OpenForm(seed=5, tags="a lake")), 3: ("00000B", OpenForm(tags="x" * 500))}
    view = which(forms, [says.without_recipe(("2", "4"))])
    [menu] = [item for item in view.walk_children() if isinstance(item, discord.ui.Select)]
    assert [(option.label, option.value) for option in menu.options] == [
        ("Picture 1", "00000A"),
        ("Picture 3", "00000B"),
    ]
    assert menu.options[0].description == "seed 5 · a lake"
    assert "Pictures 2 and 4 have no recipe" in "".join(texts(view))


@pytest.mark.parametrize(("area", "said"), [("hair", True), ("background", True), ("left", False)])
def test_where_a_face_may_be_guessed_it_is_said(area, said):
    """Before anything is drawn: whoever sees another part drawn anew knows why."""
    form = OpenForm(tags="a", change=Change(area=area))
    shown = "\n".join(texts(screen(EditState("00000A", form, "safe"))))
    assert (render(FACE_IS_GUESSED) in shown) == said
