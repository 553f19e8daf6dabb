"""A folder whose path has room for Ray's sockets."""

import shutil
import tempfile
from pathlib import Path

import pytest


@pytest.fixture
def short_folder():
    folder = Path(tempfile.mkdtemp(prefix="e-"))
    yield folder
    shutil.rmtree(folder)
