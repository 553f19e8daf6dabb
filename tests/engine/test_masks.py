"""Masks over pixels, over latents, and how new pixels are laid into old ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine import masks

some_masks = arrays.arrays(np.uint8, (24, 32), elements=st.sampled_from([0, 0, 0, 100, 255]))


def marked(top, left, bottom, right, *, side=64):
    mask = np.zeros((side, side), np.uint8)
    mask[top:bottom, left:right] = 255
    return mask


@given(some_masks)
def test_a_latent_changes_where_one_of_its_pixels_does(mask):
    """The largest of them says how much."""
    shares = masks.cells(mask, 8)
    for row, column in np.ndindex(shares.shape):
        part = mask[8 * row : 8 * row + 8, 8 * column : 8 * column + 8]
        assert shares[row, column] == pytest.approx(part.max() / 255)


@given(some_masks, st.integers(0, 9))
def test_nothing_new_shows_where_nothing_is_marked(mask, feather):
    """And something does wherever something is."""
    shown = masks.laid(mask, feather)
    assert ((shown > 0) == (mask > 0)).all()
    assert (shown <= mask / np.float32(255) + 1e-6).all()


def test_what_is_new_appears_over_the_feather():
    """Well inside of a mask there is all of it, in the middle of a thin stroke, too; the picture's edge is no edge."""
    shown = masks.laid(marked(0, 16, 64, 48))
    assert shown[30, 16:25].tolist() == pytest.approx([k / 8 for k in (1, 2, 3, 4, 5, 6, 7, 8, 8)])
    assert shown[0, 30] == 1
    assert masks.laid(marked(20, 20, 23, 60))[21, 40] == 1


@given(some_masks)
def test_pasting_keeps_what_is_not_marked_to_the_last_bit(mask):
    """Whatever the new pixels are."""
    chance = np.random.default_rng(0)
    old, new = chance.integers(0, 256, (2, 24, 32, 3), dtype=np.uint8)
    pasted = masks.paste(old, masks.matched(old, new, mask), masks.laid(mask))
    assert np.array_equal(pasted[mask == 0], old[mask == 0])


def test_colours_are_brought_to_those_at_the_edge():
    """A picture that came out darker all over is as light as its neighbours there, and what it was further inside."""
    old = np.full((64, 256, 3), 150, np.uint8)
    new = np.full((64, 256, 3), 130, np.uint8)
    mask = np.zeros((64, 256), np.uint8)
    mask[:, 40:] = 255
    matched = masks.matched(old, new, mask)
    assert abs(int(matched[30, 41, 0]) - 150) <= 1
    lighter = matched[30, 40:, 0].astype(int)
    assert (np.diff(lighter) <= 0).all()
    assert (lighter[masks.FADE :] == 130).all()


@given(st.integers(0, 2**16), st.integers(1, 63), st.sampled_from([0, 1]))
def test_across_an_edge_a_picture_steps_as_it_does_where_it_was_drawn_whole(seed, at, axis):
    """However differently what is kept came out the second time, along the edge, too: here by up to sixty levels."""
    chance = np.random.default_rng(seed)
    new = np.full((64, 64, 3), 128, np.uint8) + chance.integers(-5, 6, (64, 64, 3))
    slope = np.linspace(*chance.uniform(-60, 60, 2), 64)[:, None, None]
    old = new + np.rint(slope)
    mask = np.zeros((64, 64), np.uint8)
    mask[:, at:] = 255
    if axis == 0:
        old, new, mask = old.swapaxes(0, 1), new.swapaxes(0, 1), mask.T
    old, new = old.astype(np.uint8), new.astype(np.uint8)
    pasted = masks.paste(old, masks.matched(old, new, mask), masks.laid(mask, 0)).astype(int)
    was, now = (
        np.take(one, at, 1 - (axis == 0)) - np.take(one, at - 1, 1 - (axis == 0)) for one in (new.astype(int), pasted)
    )
    assert np.abs(now - was).max() <= 6


def test_where_all_is_new_or_nothing_there_are_no_colours_to_match():
    """What was drawn stays as it is."""
    chance = np.random.default_rng(0)
    old, new = chance.integers(0, 256, (2, 24, 32, 3), dtype=np.uint8)
    for mask in (np.zeros((24, 32), np.uint8), np.full((24, 32), 255, np.uint8)):
        assert np.array_equal(masks.matched(old, new, mask), new)


def test_the_edge_of_a_mask_comes_later_and_a_stroke_does_not():
    """A stroke has nothing but edges."""
    shares = np.zeros((8, 8), np.float32)
    shares[1:6, 1:6] = 1
    soft = masks.softened(shares)
    assert (soft[1, 1], soft[3, 3], soft[0, 0]) == (masks.EDGE_SHARE, 1, 0)
    stroke = np.zeros((8, 8), np.float32)
    stroke[3] = 1
    assert np.array_equal(masks.softened(stroke), stroke)


def test_the_joint_is_what_is_new_and_near():
    """Three latents of it."""
    shares = np.zeros((4, 10), np.float32)
    shares[:, 3:] = 1
    assert masks.joint(shares)[0].tolist() == [0, 0, 0, 1, 1, 1, 0, 0, 0, 0]
