"""Token ids to chunks, by WebUI's rules."""

from hypothesis import given
from hypothesis import strategies as st

from engine.grammar import BACKTRACK_TOKENS, CHUNK_TOKENS, Chunk, chunk

COMMA = 0
tokens = st.lists(st.sampled_from([COMMA, 1, 2, 3]), max_size=200)
sections = st.lists(st.lists(st.tuples(tokens, st.sampled_from([1.0, 1.3])), max_size=3), min_size=1, max_size=3)


def lengths(*runs, comma=COMMA):
    return [len(part.ids) for part in chunk([[(run, 1.0) for run in runs]], comma=comma)]


def test_an_empty_prompt_is_one_empty_chunk():
    """Something is encoded for it; nothing is ever zeros."""
    assert chunk([[]], comma=COMMA) == (Chunk(),)


def test_what_fits_stays_in_one_chunk():
    """75 tokens are one chunk, 76 are two."""
    assert lengths([1] * 75) == [75]
    assert lengths([1] * 76) == [75, 1]


def test_a_cut_moves_back_to_a_near_comma():
    """The text after the last comma moves on whole when it is shorter than the limit."""
    assert lengths([1] * 60 + [COMMA] + [1] * 20) == [61, 20]
    assert lengths([1] * 55 + [COMMA] + [1] * 30) == [56, 30]


def test_a_comma_that_just_fits_is_where_the_cut_is():
    """Not the one before it."""
    assert lengths([1] * 60 + [COMMA] + [1] * 13 + [COMMA, 1]) == [75, 1]


def test_a_far_comma_moves_no_cut():
    """Twenty tokens and more after the comma are too many to move."""
    assert lengths([1] * 54 + [COMMA] + [1] * 30) == [75, 10]


def test_a_comma_that_does_not_fit_starts_the_next_chunk():
    """WebUI never moves the comma's own word for it."""
    assert lengths([1] * 60 + [COMMA] + [1] * 14 + [COMMA, 1]) == [75, 2]


def test_a_tokenizer_without_a_comma_cuts_blindly():
    """No token is special then."""
    assert lengths([1] * 60 + [COMMA] + [1] * 20, comma=None) == [75, 6]


def test_break_ends_a_chunk_however_empty_it_is():
    """An empty chunk at the start is kept, one at the end is dropped."""
    a = ([1, 2], 1.0)
    assert [part.ids for part in chunk([[a], [a]], comma=COMMA)] == [(1, 2), (1, 2)]
    assert [part.ids for part in chunk([[], [a]], comma=COMMA)] == [(), (1, 2)]
    assert [part.ids for part in chunk([[a], []], comma=COMMA)] == [(1, 2)]


@given(sections)
def test_no_token_is_lost_moved_or_reweighted(sections):
    """The chunks one after the other are the tokens one after the other."""
    chunks = chunk(sections, comma=COMMA)
    pairs = [pair for part in chunks for pair in zip(part.ids, part.weights, strict=True)]
    assert pairs == [(token, weight) for section in sections for run, weight in section for token in run]
    assert all(len(part.ids) <= CHUNK_TOKENS for part in chunks)


@given(tokens)
def test_a_chunk_before_the_last_is_nearly_full(run):
    """A cut gives up fewer than twenty tokens, so a prompt never costs many more chunks than it must."""
    *before, _last = chunk([[(run, 1.0)]], comma=COMMA)
    assert all(len(part.ids) > CHUNK_TOKENS - BACKTRACK_TOKENS for part in before)
