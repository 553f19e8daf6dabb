"""Slices of sorted words find exactly what comparing every word would."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from bot.prompt.vocabulary.wordtable import WordTable

WORDS = st.dictionaries(st.text("abcd", min_size=1, max_size=7), st.lists(st.integers(0, 99), min_size=1), max_size=30)
TYPED = st.text("abcde", min_size=1, max_size=6)


def one_slip(typed):
    """Every start that differs by one wrong, missing, extra or swapped letter, written out the long way."""
    letters = "abcde"
    cuts = [(typed[:cut], typed[cut:]) for cut in range(len(typed) + 1)]
    yield from (before + letter + after for before, after in cuts[:-1] for letter in letters)
    yield from (before + after[1] + after[0] + after[2:] for before, after in cuts if len(after) > 1)
    if len(typed) > 3:
        yield from (before + after[1:] for before, after in cuts if after)
        yield from (before + letter + after[1:] for before, after in cuts if after for letter in letters)


def found_by(ids, starts):
    return {number for word in ids for number in ids[word] if any(word.startswith(start) for start in starts)}


@given(WORDS, TYPED)
def test_a_start_finds_every_word_that_has_it(ids, typed):
    table = WordTable(WordTable.pack(ids))
    assert set(table.starting(typed)) == found_by(ids, [typed])
    assert (typed in table) == (typed in ids)


@given(WORDS, TYPED)
def test_a_slip_finds_every_word_one_letter_away(ids, typed):
    """One wrong, missing, extra or swapped letter; of three letters a missing or two swapped ones; of fewer nothing."""
    near = array("I")
    WordTable(WordTable.pack(ids)).add_nearly_starting(typed, near)
    if len(typed) < 3:
        assert not near
    else:
        assert set(near) - found_by(ids, [typed]) == found_by(ids, list(one_slip(typed))) - found_by(ids, [typed])


def test_no_words_are_a_table_too():
    table = WordTable(WordTable.pack({}))
    assert not table.starting("a")
    assert "a" not in table
