"""What a member reads of a refusal."""

import re
from contextlib import contextmanager

import pytest

from bot.sentences.rendering import render


@contextmanager
def refused(kind, said):
    """Expect a refusal whose sentence has this in it, as its reader gets it."""
    with pytest.raises(kind) as caught:
        yield caught
    assert re.search(said, render(caught.value.sentence)), render(caught.value.sentence)
