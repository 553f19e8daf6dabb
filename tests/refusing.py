"""What a member reads of a refusal."""

import re
from contextlib import contextmanager

import pytest

from bot.sentences.rendering import plain


@contextmanager
def refused(kind, said):
    """Expect a refusal whose sentence has this in it, as it reads."""
    with pytest.raises(kind) as caught:
        yield caught
    assert re.search(said, plain(caught.value.sentence)), plain(caught.value.sentence)
