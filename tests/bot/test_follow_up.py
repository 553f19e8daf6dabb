"""What a request for more of one picture is made of, and when its beginning can be drawn again."""

import pytest
from msgspec.structs import replace

from bot.errors import InvalidRequest
from bot.follow_up import EXTENDS, KINDS, drawn_again, follow_up, kind_of
from bot.prompt.completion import options_of
from bot.request import SHAPES, Change, Input, Parent, Request, again, passes_of, picture_seeds, size_of, steps_of
from bot.sentences import more as says
from engine import wire
from engine.extending import extended_size
from engine.wire import Enlargement, SamplingParams, Variation

SEED = 2**32 - 1
FIRST = Request(subject="1girl", tags="smile", count=4, seed=SEED)
SECOND = Parent(job_id="00000A", number=1)


def more(kind, request=FIRST, parent=SECOND, max_count=4, max_steps=50):
    return follow_up(kind, request, parent, draw_seed=lambda: 77, max_count=max_count, max_steps=max_steps)


def test_a_subtle_variation_turns_the_noise_of_that_picture_towards_four_others():
    made = more("subtle")
    assert picture_seeds(made) == (0, 0, 0, 0)
    assert made.variation == Variation(seeds=(77, 78, 79, 80), strength=0.15)
    assert (made.strength, made.enlargement, made.parent, made.tags) == (None, None, SECOND, "smile")


def test_a_strong_variation_draws_over_the_picture():
    made = more("strong", max_count=2)
    assert (made.strength, made.variation, picture_seeds(made)) == (0.65, None, (77, 78))


@pytest.mark.parametrize("before", ["subtle", "strong", "larger"])
def test_what_did_not_begin_as_its_own_noise_is_varied_by_drawing_over_it(before):
    """There is no noise whose turning would come near it."""
    made = more("subtle", more(before), replace(SECOND, number=0))
    assert (made.strength, made.variation, made.seed) == (0.35, None, 77)


@pytest.mark.parametrize(("kind", "factor", "strength"), [("larger", 1.5, 0.55), ("double", 2.0, 0.35)])
def test_an_enlargement_goes_on_with_that_one_picture(kind, factor, strength):
    made = more(kind)
    assert made.enlargement == Enlargement(factor=factor, strength=strength)
    assert (made.strength, picture_seeds(made)) == (0.0, (0,))


def test_an_enlarged_picture_is_begun_with_at_its_own_size():
    width, height, _ = passes_of(more("larger"))[-1]
    made = more("strong", more("larger"), replace(SECOND, number=0))
    assert (made.sampling.width, made.sampling.height) == (width, height) == (1248, 1824)
    assert made.enlargement is None


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("steps", [1, 2, 3, 28, 49, 50])
def test_every_one_of_every_shape_is_within_the_wires_limits(shape, kind, steps):
    """And takes a step at least."""
    width, height = SHAPES[shape]
    first = replace(FIRST, sampling=SamplingParams(width=width, height=height, num_inference_steps=steps))
    made = more(kind, first)
    assert steps_of(made) >= made.count
    values = {"prompt": "", "negative_prompt": "", "seeds": picture_seeds(made), "sampling": made.sampling}
    command = wire.Generate(job_id="1", variation=made.variation, enlargement=made.enlargement, **values)
    assert max(made.sampling.width, made.sampling.height) <= wire.MAX_SIDE
    assert wire.decode_command(wire.encode(command)) == command


def test_what_would_be_too_large_says_how_large_it_would_be():
    with pytest.raises(InvalidRequest) as no:
        more("double", more("larger"), replace(SECOND, number=0))
    assert no.value.sentence == says.too_large(2496, 3648, wire.MAX_SIDE, wire.MAX_PIXELS / 1e6)


def test_what_would_take_more_steps_than_are_drawn_now_says_so():
    with pytest.raises(InvalidRequest) as no:
        more("strong", max_steps=20)
    assert no.value.sentence == says.too_many_steps(28, 20)


def test_its_beginning_is_drawn_again_only_where_that_is_the_same_picture():
    """A strong variation or an enlargement has no seed that it is the picture of, and neither has another seed."""
    only = replace(SECOND, number=0)
    for parent, which in ((FIRST, SECOND), (more("subtle"), only), (more("subtle"), SECOND)):
        assert drawn_again(more("larger", parent, which), parent)
        assert not drawn_again(again(more("larger", parent, which), lambda: 5), parent)
    strong = more("strong")
    assert not drawn_again(more("larger", strong, only), strong)
    assert not drawn_again(more("larger"), replace(FIRST, enlargement=Enlargement(factor=1.5)))


def test_a_reroll_of_a_variation_is_another_variation_of_the_same_picture():
    made = again(more("subtle"), lambda: 5)
    assert picture_seeds(made) == (0, 0, 0, 0)
    assert made.variation == Variation(seeds=(5, 6, 7, 8), strength=0.15)


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_says_how_it_makes_more(kind):
    assert kind_of(more(kind)) == ("detail" if kind.startswith("detail") else kind)
    assert kind_of(FIRST) is None


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_made_of_somebodys_own_picture_remembers_it(kind):
    """And begins with ours, not with theirs."""
    brought = replace(FIRST, image=Input(sha256="ab", width=832, height=1216), strength=0.6, change=Change(area="hair"))
    made = more(kind, brought)
    assert (made.from_upload, made.image, made.parent) == (True, None, SECOND)
    assert more("strong", made, replace(SECOND, number=0)).from_upload
    assert again(made, lambda: 5).from_upload
    assert options_of(made).from_upload


@pytest.mark.parametrize("direction", ["left", "right", "up", "down", "out"])
def test_an_extension_has_the_size_of_its_canvas(direction):
    made = more(f"extend_{direction}")
    grown = {"left": (1248, 1216), "right": (1248, 1216), "up": (832, 1824), "down": (832, 1824), "out": (832, 1216)}
    assert (made.sampling.width, made.sampling.height) == grown[direction]
    assert [one.steps for one in passes_of(made)] == [25, 9]


def test_what_would_be_extended_beyond_all_limits_is_not_offered():
    larger = more("double")
    with pytest.raises(InvalidRequest) as no:
        more("extend_right", larger, replace(SECOND, number=0))
    assert no.value.sentence == says.no_larger(wire.MAX_SIDE, wire.MAX_PIXELS / 1e6)
    assert more("extend_out", larger, replace(SECOND, number=0)).sampling.width == 1664


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("before", [None, *KINDS])
def test_whatever_is_made_of_a_picture_begins_with_it_as_large_as_it_is(before, kind):
    """A detail too, which is drawn larger, and leaves the picture the size that it had."""
    first = FIRST if before is None else more(before)
    width, height = size_of(first)
    if before is not None and before.startswith("detail"):
        assert (width, height) == (832, 1216)
    try:
        made = more(kind, first, replace(SECOND, number=0))
    except InvalidRequest:
        assert kind in {"larger", "double", *EXTENDS}  # it would be too large
        return
    begun = (made.sampling.width, made.sampling.height)
    if made.change is not None and made.change.direction is not None:
        assert begun == extended_size(width, height, made.change.direction)
    else:
        assert begun == (width, height)


def test_details_are_the_faces_that_were_found():
    """Or the one that most portraits have; each costs a pass at full size."""
    found = (wire.Box(left=10, top=20, width=90, height=80), wire.Box(left=300, top=20, width=60, height=60))
    parent = replace(SECOND, number=1)
    made = follow_up("detail_face", FIRST, parent, draw_seed=lambda: 77, max_count=4, max_steps=50, faces=found)
    assert made.change == Change(details=found)
    assert [one.steps for one in passes_of(made)] == [11, 11]
    assert len(more("detail_face").change.details) == len(more("detail_top").change.details) == 1
