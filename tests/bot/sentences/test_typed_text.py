"""What somebody typed stands in a sentence as they typed it, whatever Discord's Markdown makes of such signs."""

from typing import get_type_hints

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.sentences import gate, prompt
from bot.sentences.quoting import QUOTED, escaped, listed, quoted, unescaped
from bot.sentences.rendering import plain, render
from bot.sentences.sentence import ENGLISH, Sentence
from engine.wire import Rating
from tests.bot.sentences.samples import some_of
from tests.markdown import seen

MARK = "typedhere"

HOSTILE = st.text(st.sampled_from("ab \\*_~|`<>[]()@#:/!&{}-.,“”é猫"), min_size=1, max_size=QUOTED) | st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=QUOTED
)


def quoting():
    """Every sentence that quotes a value, with the name of that value."""
    for sentence_id, english in sorted(ENGLISH.items()):
        hints = get_type_hints(english, {**english.__globals__, "Rating": Rating, "Sentence": Sentence})
        hints.pop("return", None)
        for name, hint in hints.items():
            for values in (said.values for said in some_of(sentence_id)):
                if hint not in {str, tuple[str, ...]}:
                    continue
                value = MARK if hint is str else (MARK,)
                if MARK in render(Sentence(sentence_id, {**values, name: value})).replace(f"{MARK}`", ""):
                    text = render(Sentence(sentence_id, {**values, name: value}))
                    if quotes(text):
                        yield sentence_id, name, values, hint
                        break


def quotes(text):
    before, _, after = text.partition(MARK)
    return "“" in before and before.rfind("“") > before.rfind("”") and "”" in after


QUOTING = [*quoting()]


def test_many_sentences_quote():
    """So the next test tries something."""
    assert {"gate.only_known", "prompt.unknown_name", "foreign.written_as"} <= {one[0] for one in QUOTING}


@pytest.mark.parametrize(("sentence_id", "name", "values", "hint"), QUOTING, ids=lambda one: str(one)[:40])
def test_what_is_quoted_is_seen_as_it_was_typed(sentence_id, name, values, hint):
    """In every sentence that quotes, with every sign that means something to Discord."""

    def said(text):
        return Sentence(sentence_id, {**values, name: text if hint is str else (text,)})

    hostile = (
        r"\{", r"a\\b\\", "**a** _b_ ~~c~~ ||d||", "`x` ``y``", "[a](https://b.example)", "<@1> <#2> </a:3>",
        "@everyone @here", "https://a.example/b", "<t:1:R>", "<:a:1>", "long_hair__x__", "*", "\\", "__hair__",
    )  # fmt: skip
    for text in hostile:
        assert text in seen(render(said(text))), text
        assert text in plain(said(text)), text


@given(HOSTILE)
@example("\\")
@example("\\\\`")
def test_any_text_is_seen_as_it_is(text):
    """Alone, in a list, and back again where there is no Markdown."""
    assert seen(quoted(text)) == f"“{text}”"
    assert seen(listed((text, "b", text))) == f"“{text}”, “b” and “{text}”"
    assert seen(escaped(text)) == text
    assert unescaped(escaped(text)) == text


def test_what_a_sentence_tells_to_write_is_seen_with_its_backslash():
    """Discord takes a backslash for its own, but for one in code."""
    assert "write \\{." in seen(render(prompt.BRACE_NOT_CLOSED))
    assert "write \\}." in seen(render(prompt.BRACE_NOT_OPENED))
    assert "are written \\( and \\)" in seen(render(prompt.brackets_escaped("rumia (x)")))
    for sentence_id in ENGLISH:
        for said in some_of(sentence_id):
            written = render(said)
            assert seen(written).count("\\") == plain(said).count("\\"), sentence_id


def test_a_line_break_in_what_is_quoted_ends_no_sentence():
    """What would begin a heading or a quote on a line of its own stays text."""
    assert render(gate.only_known(("a\n# b\r\n> c",))).count("\n") == 0
