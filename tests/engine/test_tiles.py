"""Large pictures in tiles: what has no room as a whole is averaged, at every step, of rows like everybody's."""

import itertools

import msgspec
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import engine.batch
from engine import packed
from engine.admission import Always
from engine.denoise import Sample, predict_noise
from engine.infotext import further
from engine.samplers import SAMPLERS
from engine.tiled_sample import average, divide
from engine.tiles import Tiling, spans
from engine.wire import Cancelled, Enlargement, Failed, Finished, Picture, Start
from tests.engine.batches import Bench, conditioning_of, finals, request, watched
from tests.engine.rounding import assert_alike
from tests.engine.test_rescue import NO_ROOM, failing

TILING = Tiling(side=64, overlap=16)


def enlarged(job_id="a", **changes):
    """64×64, twice as large."""
    wish = request(job_id, **changes)
    return msgspec.structs.replace(wish, enlargement=Enlargement(factor=2.0))


def only_small(unet):
    """No room for more pixels a row than a tile has."""
    return failing(unet.conv_in, NO_ROOM, lambda x: x.shape[-1] > 8)


@given(st.integers(1, 400), st.integers(4, 128), st.data())
def test_tiles_cover_every_place_and_count_as_one(whole, side, data):
    """None sticks out, neighbours share what they have to, and there are no more than that takes."""
    overlap = data.draw(st.integers(0, side // 2))
    found = spans(whole, side=side, overlap=overlap)
    counted = [0.0] * whole
    for start, length, shares in found:
        assert start >= 0
        assert start + length <= whole
        for place, share in enumerate(shares, start):
            assert 0 < share <= 1
            counted[place] += share
    assert counted == pytest.approx([1.0] * whole)
    for one, following in itertools.pairwise(found):
        assert one.start + one.length - following.start >= overlap
    if len(found) > 1:
        assert side + (len(found) - 2) * (side - overlap) < whole


def test_where_one_tile_lies_alone_it_counts_for_all():
    """To the last bit: no picture changes for being divided by one."""
    (one,) = spans(20, side=128, overlap=16)
    assert one == (0, 20, (1.0,) * 20)
    first, second = spans(20, side=12, overlap=2)
    assert first.shares[:8] == second.shares[4:] == (1.0,) * 8
    assert list(first.shares[8:]) == pytest.approx([0.8, 0.6, 0.4, 0.2])


def test_twice_the_size_that_suits_most_pictures_is_six_tiles():
    """A row of two above a row of two above a row of two."""
    cover = Tiling().cover(width=1664, height=2432, compression=8)
    assert [(rows.start, columns.start) for rows, columns in cover] == [
        (rows, columns) for rows in (0, 88, 176) for columns in (0, 80)
    ]


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_one_tile_that_covers_it_all_is_the_whole_bit_for_bit(model, sampler):
    """For every sampler; and so in the batch, where it was tried as a whole first."""
    wish = request(sampler=sampler, num_inference_steps=3, width=96)
    whole, tiled = (Sample(model, conditioning_of(model, wish), wish.sampling, seed=1) for _ in range(2))
    tiles = divide(model, tiled, Tiling())
    assert len(tiles) == 1
    assert tiles[0].key == whole.key
    while not whole.finished:
        whole.advance(*predict_noise(model, [whole]))
        tiled.advance(average(tiled, tiles, predict_noise(model, tiles)))
        assert torch.equal(whole.latents, tiled.latents)


def test_what_had_no_room_once_is_the_same_in_one_tile(model, caplog):
    """It goes on where it was, with nothing lost; and the next of that size is not tried as a whole again."""
    wish = enlarged(num_inference_steps=4)
    expected = finals(model, wish)[0]
    tries = iter([True, True])
    found, bench = {}, Bench(model)
    with failing(model.unet.conv_in, NO_ROOM, lambda x: x.shape[-1] > 8 and next(tries, False)):
        bench.admit(wish, watched(wish, found))
        bench.run()
    assert torch.equal(found[0], expected)
    assert [type(event) for event in bench.events["a"][-2:]] == [Picture, Finished]
    assert bench.events["a"][-2].tiled
    assert b"Hires tiles: 1024+128, Version" in bench.events["a"][-2].png
    bench.admit(msgspec.structs.replace(wish, job_id="b"))
    bench.run()
    assert bench.events["b"][-2].tiled
    assert sum("for a while in tiles" in line for line in caplog.messages) == 1


def by_hand(model, wish, latents, seed):
    """The second pass in four tiles of 64 pixels, 16 of them shared, with plain loops."""
    steps = wish.sampling.num_inference_steps
    sampling = msgspec.structs.replace(wish.sampling, width=128, height=128)
    conditioning = conditioning_of(model, msgspec.structs.replace(wish, sampling=sampling))
    larger = latents.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    sample = Sample(
        model, conditioning, sampling, seed=seed, begin_index=steps - int(steps * 0.55), image_latents=larger
    )
    starts = (0, 4, 8)
    axis = torch.zeros(3, 16)
    for number, start in enumerate(starts):
        for place in range(8):
            edges = [1.0]
            if start > 0:
                edges.append((place + 1) / 5)
            if start < 8:
                edges.append((8 - place) / 5)
            axis[number, start + place] = min(edges)
    axis /= axis.sum(0)
    while not sample.finished:
        merged = torch.zeros_like(sample.latents)
        for top, left in itertools.product(range(3), repeat=2):
            box = (..., slice(starts[top], starts[top] + 8), slice(starts[left], starts[left] + 8))
            rows = sample.model_input()[box].repeat(2, 1, 1, 1)
            ids = torch.tensor([[128.0, 128.0, 8.0 * starts[top], 8.0 * starts[left], 64.0, 64.0]] * 2)
            uncond, cond = model.unet(
                rows,
                sample.timestep,
                encoder_hidden_states=conditioning.prompt_embeds,
                added_cond_kwargs={"text_embeds": conditioning.pooled_prompt_embeds, "time_ids": ids},
                return_dict=False,
            )[0].split(1)
            predicted = uncond + wish.sampling.guidance_scale * (cond - uncond)
            shares = axis[top, starts[top] : starts[top] + 8, None] * axis[left, starts[left] : starts[left] + 8]
            merged[box] += shares * predicted
        sample.advance(merged)
    return sample.latents


def test_tiles_are_averaged_at_every_step(model):
    """As MultiDiffusion does, with weights that fall off towards the edges: against plain loops."""
    wish = enlarged(num_inference_steps=5, seeds=(3,))
    first = finals(model, msgspec.structs.replace(wish, enlargement=None))[0]
    expected = by_hand(model, wish, first, 3)
    with only_small(model.unet):
        drawn = finals(model, wish, tiling=TILING)[0]
    assert_alike(model, drawn, expected, guidance_scale=5.0)


def test_tiles_share_calls_with_everybody_s_pictures(model, monkeypatch):
    """A stranger's picture of the size of a tile is in the same calls, and comes out the same."""
    calls = []

    def watch(model, parts):
        calls.append([type(part).__name__ for part in parts])
        return predict_noise(model, parts)

    monkeypatch.setattr(engine.batch, "predict_noise", watch)
    wish, stranger = enlarged(num_inference_steps=4), request("b", num_inference_steps=6, seeds=(9,))
    with only_small(model.unet):
        alone = finals(model, wish, cap=1, tiling=TILING)[0]
        calls.clear()
        found, other, bench = {}, {}, Bench(model, tiling=TILING)
        bench.admit(wish, watched(wish, found))
        bench.admit(stranger, watched(stranger, other))
        bench.run()
    assert {"Sample", "Tile"} in [set(call) for call in calls]
    assert max(map(len, calls)) == 4
    assert_alike(model, found[0], alone, guidance_scale=5.0)
    assert_alike(model, other[0], finals(model, stranger)[0], guidance_scale=5.0)


def test_without_room_for_a_tile_it_is_out_of_memory(model):
    """And what is said to fit is smaller."""
    bench = Bench(model, tiling=TILING)
    bench.admit(enlarged(width=128, height=128))
    with failing(model.unet.conv_in, NO_ROOM, lambda x: x.shape[-1] in {8, 32}):
        bench.run()
    failed = bench.events["a"][-1]
    assert (failed.code, failed.fits) == ("out_of_memory", (248, 248))


def test_what_is_drawn_over_a_large_picture_is_tiled_as_well(model):
    """A strong variation of an enlarged picture, where the card was too small for that one already."""
    kept = packed.begin(torch.randn(1, 4, 12, 12, generator=torch.Generator().manual_seed(0)))()
    start = Start(image=kept, strength=0.65)
    bench = Bench(model, tiling=TILING)
    bench.admit(request(width=96, height=96, num_inference_steps=4, start=start))
    with only_small(model.unet):
        bench.run()
    picture = bench.events["a"][-2]
    assert picture.tiled
    assert b"Started from: latents, Denoising strength: 0.65, Tiles: 64+16" in picture.png


def test_from_noise_nothing_is_tiled(model):
    """Every tile would be a picture of its own."""
    bench = Bench(model, tiling=TILING)
    bench.admit(request(width=96, height=96))
    with only_small(model.unet):
        bench.run()
    assert bench.events["a"][-1].code == "out_of_memory"


def test_the_recipe_of_a_whole_picture_speaks_of_no_tiles():
    """Only of what was done."""
    assert "Hires tiles" not in further(enlarged(), number=0)
    assert further(enlarged(), number=0, tiling=TILING)["Hires tiles"] == "64+16"


wishes = st.builds(
    lambda larger, **changes: (enlarged if larger else request)(**changes),
    st.booleans(),
    num_inference_steps=st.integers(2, 4),
    guidance_scale=st.sampled_from([1.0, 5.0]),
    share=st.booleans(),
    sampler=st.sampled_from([*SAMPLERS]),
    seeds=st.lists(st.integers(0, 3), min_size=1, max_size=2, unique=True).map(tuple),
)
schedules = st.lists(st.tuples(wishes, st.integers(0, 4), st.none() | st.integers(0, 8)), min_size=2, max_size=3)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(schedules, st.integers(1, 5))
def test_tiles_come_and_go_and_change_nobody_s_picture(model, schedule, joining):
    """Over random arrivals, cancels and companies: each job with one end."""
    bench, jobs, found = Bench(model, cap=5, sizes=Always(joining), tiling=TILING), {}, {}
    with only_small(model.unet):
        for tick in range(120):
            for number, (wish, arrives, cancelled_after) in enumerate(schedule):
                if tick == arrives:
                    named, found[number] = msgspec.structs.replace(wish, job_id=str(number)), {}
                    jobs[number] = bench.admit(named, watched(named, found[number]))
                if cancelled_after is not None and tick == arrives + cancelled_after:
                    bench.batch.cancel(jobs[number])
            bench.step()
        assert bench.batch.idle
        for number, (wish, _, cancelled_after) in enumerate(schedule):
            told = bench.events[str(number)]
            assert [event for event in told if isinstance(event, Finished | Cancelled | Failed)] == told[-1:]
            assert isinstance(told[-1], Finished if cancelled_after is None else Finished | Cancelled)
            alone = finals(model, wish, cap=1, tiling=TILING) if found[number] else {}
            for place, latents in found[number].items():
                assert_alike(model, latents, alone[place], guidance_scale=wish.sampling.guidance_scale)
