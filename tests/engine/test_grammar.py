"""What the model reads of a prompt."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.grammar import Segment, balance, escape, parse, plain_text, split

PARTS = (
    "a",
    "b",
    " ",
    ",",
    "(",
    ")",
    "[",
    "]",
    "\\",
    "\\(",
    "\\]",
    "\\\\",
    ":",
    ":1.5)",
    ": -.5 )",
    ":2",
    "BREAK",
    "B\\REAK",
)
prompts = st.lists(st.sampled_from(PARTS), max_size=30).map("".join) | st.text(
    alphabet=st.sampled_from(list("ab,()[]\\:1.5- BREAK")) | st.characters(), max_size=60
)


def one(prompt):
    """The weights of a prompt without BREAK, rounded for comparison."""
    (section,) = parse(prompt)
    return [(segment.text, round(segment.weight, 6)) for segment in section]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("", []),
        ("a cat", [("a cat", 1)]),
        ("(a)", [("a", 1.1)]),
        ("((a))", [("a", 1.21)]),
        ("(a:1.3)", [("a", 1.3)]),
        ("(a: 1.3 )", [("a", 1.3)]),
        ("(a:.5)", [("a", 0.5)]),
        ("[a]", [("a", 0.909091)]),
        ("a (b) c", [("a ", 1), ("b", 1.1), (" c", 1)]),
        ("(a [b:1.2] c:2)", [("a ", 2), ("b:1.2", 1.818182), (" c", 2)]),
        (r"a \(b\)", [("a (b)", 1)]),
        (r"a\b \\", [("ab \\", 1)]),
        ("(a", [("a", 1.1)]),
        ("[a, (b", [("a, ", 0.909091), ("b", 1)]),
        ("a) b]", [("a) b]", 1)]),
        ("a:1.2)", [("a:1.2)", 1)]),
        ("(a:1.2.3)", [("a:1.2.3", 1.1)]),
        ("(a:9999)", [("a:9999", 1.1)]),
        ("(lo:1.0)(li:1.0)", [("loli", 1)]),
        ("(BREAKFAST)", [("BREAKFAST", 1.1)]),
    ],
)
def test_attention_syntax_is_webui_s(prompt, expected):
    """Brackets multiply, escapes are literal, unbalanced brackets reach to the end."""
    assert one(prompt) == expected


def test_break_starts_a_section_inside_brackets_too():
    """BREAK separates; the weight around it holds on both sides."""
    assert parse("(a BREAK b:1.5), c") == (
        (Segment("a", 1.5),),
        (Segment("b", 1.5), Segment(", c", 1.0)),
    )
    assert parse("BREAK") == ((), ())


@given(st.text(max_size=80) | prompts)
def test_escaped_text_parses_as_itself(text):
    """Nothing in an escaped text is syntax."""
    assert "".join(s.text for section in parse(escape(text)) for s in section) == text
    assert len(parse(escape(text))) == 1
    assert all(s.weight == 1 for section in parse(escape(text)) for s in section)


@pytest.mark.parametrize(
    ("text", "balanced"),
    [
        ("a (b", "a (b)"),
        ("(a [b", "(a [b])"),
        ("[a (b", "[a (b)]"),
        ("a) b]", r"a\) b\]"),
        ("(a] b)", r"(a\] b)"),
        ("([a)", "([a)]"),
        ("(a:1.3) b)", r"(a:1.3) b\)"),
        ("a:1.3) b", r"a:1.3\) b"),
        ("[a:1.3)", r"[a:1.3\)]"),
        ("(a:1.3", r"(a:\1.3)"),
        ("[a:1.3", "[a:1.3]"),
        ("(a: -.5 ", r"(a:\ -.5 )"),
        ("a\\", "a"),
        ("a\\b", "a\\b"),
        ("B\\REAK", "B\\REAK"),
        ("(" * 33 + "a", "(" * 32 + r"\(a" + ")" * 32),
        ("[" * 33 + "a", "[" * 32 + r"\[a" + "]" * 32),
    ],
)
def test_what_reaches_too_far_is_closed_or_escaped(text, balanced):
    """And what is written well stays as it is written."""
    assert balance(text) == balanced
    assert balance(balanced) == balanced
    assert _rounded(balanced) == _rounded(text)


@settings(max_examples=500)
@given(prompts)
def test_balancing_changes_no_meaning(text):
    """A balanced text reads exactly as it read before."""
    assert _rounded(balance(text)) == _rounded(text)


@settings(max_examples=500)
@given(prompts, prompts)
def test_no_bracket_or_weight_reaches_into_the_next_field(first, second):
    """Two balanced fields joined read as one after the other."""
    joined = parse(balance(first) + "," + balance(second))  # no space, which a BREAK would swallow
    left, right = _rounded(first), _rounded(second)
    assert "".join(s.text for section in joined for s in section) == (
        "".join(t for section in left for t, _ in section) + "," + "".join(t for section in right for t, _ in section)
    )
    characters = [round(s.weight, 6) for section in joined for s in section for _ in s.text]
    alone = [w for section in left for t, w in section for _ in t]
    after = [w for section in right for t, w in section for _ in t]
    assert characters == [*alone, 1.0, *after]


def _rounded(text):
    return [[(s.text, round(s.weight, 6)) for s in section] for section in parse(text)]


def test_a_bracket_bomb_is_read_in_linear_time_and_ends_in_a_finite_weight():
    """Twenty thousand openers cost no more than any other text of that length."""
    ((*_, last),) = parse("(a" * 10_000)
    assert last.weight == pytest.approx(1.1**32)


@pytest.mark.parametrize(("opener", "weight"), [("(", 1.1**32), ("[", 1.1**-32)])
def test_openers_beyond_the_depth_are_text(opener, weight):
    """Thirty-two of each kind count."""
    assert one(opener * 33 + "a") == [(opener + "a", round(weight, 6))]
    assert one(opener * 32 + "a") == [("a", round(weight, 6))]


def test_nested_weights_stay_where_embeddings_are_finite():
    """Ten times 999 is no infinity."""
    assert one("(" * 10 + "a" + ":999)" * 10) == [("a", 100)]
    assert one("(" * 3 + "a" + ":-99)" * 3) == [("a", -100)]


def test_text_without_a_weight_has_the_weight_one():
    assert parse("a") == ((Segment("a"),),) == ((Segment("a", 1.0),),)


def test_plain_text_is_what_the_model_reads():
    """Weights and brackets hide no word."""
    assert plain_text(r"(lo:1.1)(li:1.1), \l\o BREAK x") == "loli, lo x"


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("", ()),
        (" , ,", ()),
        ("a,b c , d", ("a", "b c", "d")),
        ("(a, b:1.2), [c, d], e", ("(a, b:1.2)", "[c, d]", "e")),
        (r"a \(b, c\), d", (r"a \(b", r"c\)", "d")),
        ("a BREAK b, BREAK, c", ("a", "BREAK", "b", "BREAK", "c")),
        (r"(a BREAK b), B\REAK, BREAKFAST", ("(a BREAK b)", r"B\REAK", "BREAKFAST")),
        ("([a), b], c", ("([a), b]", "c")),
        ("(a [b], c), d", ("(a [b], c)", "d")),
    ],
)
def test_a_field_is_cut_where_no_bracket_is_open(text, items):
    """Commas and BREAK inside brackets belong to their group."""
    assert split(text) == items


@settings(max_examples=500)
@given(prompts)
def test_cutting_loses_no_word_and_leaves_every_item_balanced(text):
    """The items, each read alone, are the words of the whole."""
    items = split(balance(text))
    words = " ".join(plain_text(item) for item in items if item != "BREAK")
    assert words.replace(",", " ").split() == plain_text(balance(text)).replace(",", " ").split()
    assert all(_rounded(balance(item)) == _rounded(item) for item in items)
