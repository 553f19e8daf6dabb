"""What a request costs, against what torch counts of the real UNet."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from engine.cost import PassSize, enlarged, passes, step_cost, steps_taken, usual_strength
from engine.wire import Enlargement, SamplingParams
from tests.engine.batches import request


@pytest.fixture(scope="module")
def counted():
    """The operations of one row, by size, of SDXL's UNet: without weights and without a device."""
    from diffusers import UNet2DConditionModel

    from engine.random_weights import UNET

    with torch.device("meta"):
        unet = UNet2DConditionModel.from_config(UNET)

    def count(width, height):
        like = {"device": "meta"}
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            unet(
                torch.empty(1, 4, height // 8, width // 8, **like),
                torch.empty(1, **like),
                encoder_hidden_states=torch.empty(1, 77, 2048, **like),
                added_cond_kwargs={
                    "text_embeds": torch.empty(1, 1280, **like),
                    "time_ids": torch.empty(1, 6, **like),
                },
            )
        return counter.get_total_flops()

    return count


def test_a_step_costs_what_torch_counts(counted):
    """At the size that suits most pictures, and at one of another shape that is twice as large: within a hundredth."""
    unit = counted(832, 1216)
    assert unit == pytest.approx(6.50e12, rel=0.01)
    assert step_cost(2688, 1536, guided=False) == pytest.approx(counted(2688, 1536) / unit, rel=0.01)


def test_the_unit_is_a_row_of_832_by_1216():
    """Half as long sides again cost 2.54 of it, twice as long ones 5.27, and guidance has two rows."""
    assert step_cost(832, 1216, guided=False) == pytest.approx(1.0, abs=1e-4)
    assert step_cost(1248, 1824, guided=False) == pytest.approx(2.54, abs=0.01)
    assert step_cost(1664, 2432, guided=False) == pytest.approx(5.27, abs=0.01)
    assert step_cost(1664, 2432, guided=True) == 2 * step_cost(1664, 2432, guided=False)


@given(
    st.builds(
        request,
        num_inference_steps=st.integers(1, 150),
        width=st.integers(8, 128).map(lambda side: 8 * side),
        height=st.integers(8, 128).map(lambda side: 8 * side),
    ),
    st.floats(0, 1),
    st.none() | st.builds(Enlargement, factor=st.sampled_from([1.5, 2.0]), strength=st.floats(0.01, 1)),
)
def test_what_is_reckoned_is_what_is_planned(wish, strength, enlargement):
    """The bot's number of steps and their sizes are the engine's, pass by pass."""
    from msgspec.structs import replace

    from engine.kinds import plan_of
    from engine.wire import Latents, Start

    start = Start(image=Latents(channels=1, height=1, width=1, values=b""), strength=strength)
    plan = plan_of(replace(wish, start=start, enlargement=enlargement))
    planned = [PassSize(one.sampling.width, one.sampling.height, one.steps) for one in plan.passes]
    assert [*passes(wish.sampling, strength=strength, enlargement=enlargement)] == planned


def test_what_changes_a_part_is_reckoned_as_it_is_planned():
    """The light pass over a joint, and each detail at its full size."""
    from msgspec.structs import replace

    from engine.kinds import plan_of
    from engine.wire import Box, Pixels, Repaint, Start

    start = Start(image=Pixels(width=256, height=128, values=bytes(3 * 256 * 128)), strength=0.5)
    wish = replace(request(num_inference_steps=10, width=256, height=128), start=start)
    boxes = (Box(left=0, top=0, width=30, height=30), Box(left=100, top=40, width=100, height=20))
    for changes, said in (
        ({"repaint": Repaint(mask=b"\xff" * (256 * 128), joint=0.3)}, {"joint": 0.3}),
        ({"repaint": Repaint(mask=b"\xff" * (256 * 128))}, {}),
        ({"details": boxes}, {"details": boxes}),
    ):
        plan = plan_of(replace(wish, **changes))
        planned = [PassSize(one.sampling.width, one.sampling.height, one.steps) for one in plan.passes]
        assert [*passes(wish.sampling, strength=0.5, **said)] == planned


def test_enlarging_a_kept_picture_costs_its_second_pass_alone():
    """Fifteen steps of the large size; drawing it first would be twenty-eight small ones more."""
    sampling, enlargement = SamplingParams(), Enlargement(factor=1.5)
    kept = passes(sampling, strength=0.0, enlargement=enlargement)
    drawn = passes(sampling, enlargement=enlargement)
    assert [one.steps for one in kept] == [0, 15]
    costs = [sum(one.cost(guided=True) for one in some) for some in (kept, drawn)]
    assert costs == pytest.approx([15 * 2 * 2.54, (28 + 15 * 2.54) * 2], rel=0.01)


def test_the_larger_the_less_is_drawn_anew():
    """The Space's strength is for its own factor."""
    assert (usual_strength(1.5), usual_strength(2.0)) == (0.55, 0.35)


def test_sides_stay_whole_multiples_of_eight():
    """Cut off where a side is no whole multiple of sixteen."""
    assert enlarged(1024, 104, 1.5) == (1536, 152)
    assert steps_taken(50, 0.58) == 28  # as diffusers counts, floating point and all
