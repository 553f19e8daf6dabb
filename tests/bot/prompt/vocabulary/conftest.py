"""The shipped vocabulary, built once, and folders with something imported."""

import pytest
from hypothesis import settings

from bot.prompt.vocabulary import starter, store
from bot.prompt.vocabulary.importing import import_files

settings.register_profile("busy machine", deadline=None)
settings.load_profile("busy machine")


@pytest.fixture(scope="session")
def shipped():
    return starter.read()


@pytest.fixture(scope="session")
def vocabulary(tmp_path_factory):
    return store.load(tmp_path_factory.mktemp("empty"))


@pytest.fixture
def imported(tmp_path):
    """Import texts, each a file of its own, and load the result."""

    def imported(*texts):
        paths = [tmp_path / f"{number}.csv" for number in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        import_files(paths, tmp_path / "vocabulary")
        return store.load(tmp_path / "vocabulary")

    return imported
