"""Settings from elsewhere are taken as far as they can be had here, and the rest is named."""

from bot.config import Limits
from bot.prompt.fitting import fitting
from bot.request import Options
from bot.sentences.rendering import plain


def test_what_is_offered_stays(ours):
    """Whatever its case; what was left out is not missed, and "" is no style."""
    options = Options(shape="Square 1:1", quality="LIGHT", style="", steps=50, count=4, guidance=12.0, sampler="ddim")
    assert fitting(options, Limits(), ours) == (options, ())
    assert fitting(Options(), Limits(), ours) == (Options(), ())


def test_what_is_not_offered_is_left_out_and_named(ours):
    options = Options(
        tags="smile",
        shape="round",
        quality="best",
        negative_preset="all",
        style="ink?",
        steps=150,
        count=9,
        guidance=30,
    )
    fit = fitting(options, Limits(), ours)
    assert fit.options == Options(tags="smile")
    assert set(map(plain, fit.left_out)) == {
        "150 steps",
        "9 pictures",
        "guidance 30",
        "the shape “round”",
        "the quality preset “best”",
        "the negative preset “all”",
        "the style “ink?”",
    }


def test_a_number_that_is_none_is_left_out(ours):
    """A file may say anything."""
    options, left_out = fitting(Options(guidance=float("nan")), Limits(), ours)
    assert (options, [*map(plain, left_out)]) == (Options(), ["guidance nan"])


def test_the_operators_samplers_count(ours):
    fit = fitting(Options(sampler="ddim"), Limits(samplers=("euler",)), ours)
    assert [*map(plain, fit.left_out)] == ["the sampler “ddim”"]
