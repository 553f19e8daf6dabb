"""What the demo's tests share."""

import pytest


@pytest.fixture(autouse=True)
def _inference():
    """Training records gradients, unlike everything else that is tested here."""
