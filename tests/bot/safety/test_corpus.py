"""A fixed twentieth of what `make sweep` runs whole: nothing leaks, and next to nothing is refused without cause."""

from __future__ import annotations

import pytest

from tests.bot.safety import corpus

FRACTION = 0.05
MAX_REFUSED = 0.005
"""Of the public tags that our table leaves at safe."""


def test_the_corpus_is_as_large_as_it_claims() -> None:
    """At least 20,000 inputs."""
    assert len(corpus.attempts()) >= 20_000


def test_no_disguise_gets_through_any_door() -> None:
    """Disguises × weight syntax × doors: no leak."""
    everything = corpus.attempts()
    leaks = [everything[at] for at in corpus.sample(everything, FRACTION) if corpus.verdict(everything[at]).allowed]
    assert leaks == []


@pytest.mark.skipif(not corpus.TAG_LIST.exists(), reason="the public tag list is not beside the repository")
def test_public_tags_are_left_alone() -> None:
    """At safe, at most one in two hundred of the tags that our table leaves at safe is refused."""
    tags = corpus.public_tags()
    chosen = [tags[at] for at in corpus.sample(tags, FRACTION)]
    refused = [tag for tag in chosen if corpus.refused_tag(tag)]
    assert len(refused) <= MAX_REFUSED * len(chosen), refused
