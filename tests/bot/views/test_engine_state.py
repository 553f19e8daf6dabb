"""What members read about an engine that does not draw."""

from bot.engine.drawing_engine import Away
from bot.sentences.rendering import render
from bot.views.engine_state import sentence
from engine import wire


def test_a_member_is_told_where_waiting_alone_does_not_help():
    """Not that the engine is still starting, for ever."""
    assert (
        "whoever runs me has to change it"
        in render(sentence(Away("its checkpoint cannot be used", unusable=True))).lower()
    )
    assert "drawn when it is back" in render(sentence(Away("no answer")))
    assert render(sentence(wire.Loading(stage="reading the VAE"))) == "The engine is still starting: reading the VAE."
