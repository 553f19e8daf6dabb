"""What the tests of both halves share."""

import pytest


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory):
    """The folder of an SDXL checkpoint with random weights, made on the spot."""
    untrained = pytest.importorskip("engine.demo.untrained", reason="torch is not installed")
    return untrained.make(tmp_path_factory.mktemp("checkpoint") / "tiny-sdxl")
