"""What the checkpoint's tokenizer makes of a text, read back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.safety.gate import Place, Situation, judge
from bot.safety.gate_question import GateQuestion
from bot.safety.policy import OperatorPolicy
from bot.safety.text.tokens import decoder
from bot.safety.wording import TextFilter

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A checkpoint whose tokenizer knows every byte and one word."""
    pytest.importorskip("tokenizers", reason="the tokenizers package is optional")
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    letters = [chr(byte) for byte in printable] + [chr(256 + number) for number in range(len(others))]
    pieces = [*letters, *(f"{letter}</w>" for letter in letters), "ca", "cat</w>"]
    folder = tmp_path / "tokenizer"
    folder.mkdir()
    (folder / "vocab.json").write_text(json.dumps({piece: number for number, piece in enumerate(pieces)}))
    (folder / "merges.txt").write_text("#version: 0.2\nc a\nca t</w>\n")
    return tmp_path


def test_a_text_is_spelled_from_its_tokens(checkpoint: Path) -> None:
    """Case and runs of spaces are gone, words and scripts are kept."""
    spell = decoder(checkpoint)
    assert spell is not None
    assert spell("1Girl,  CAT ロリ") == "1 girl , cat ロリ"


def test_without_tokenizer_files_there_is_nothing_to_spell(tmp_path: Path) -> None:
    """The filter then reads the text alone."""
    assert decoder(tmp_path) is None


def test_what_the_tokens_spell_is_read_besides_the_text(checkpoint: Path) -> None:
    """A word that only the tokenizer makes of a text is refused like the word itself."""
    spell = decoder(checkpoint)
    assert spell is not None
    hidden = GateQuestion(rating="safe", prompt="1girl, CAT")
    shown = TextFilter(None, lambda text: spell(text).replace("cat", "loli"))
    situation = Situation(place=Place.OPEN, operator=OperatorPolicy())
    assert judge(situation, hidden, TextFilter(None, spell)).allowed
    assert judge(situation, hidden, shown).rule == "never"
