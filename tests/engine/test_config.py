"""The engine's table of the configuration file."""

import pytest

from engine import config
from engine.config import EngineConfigError


def written(folder, text):
    path = folder / "config.toml"
    path.write_text(text)
    return path


def test_the_rater_s_folder_is_the_file_s(tmp_path):
    """Wherever the engine is started."""
    engine, _ = config.load(written(tmp_path, '[engine.rating]\nby = "wd"\nfolder = "tagger"\n'))
    assert engine.rating.folder == str(tmp_path / "tagger")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('by = "wd"', r'\$\.engine\.rating\.folder: needed where by = "wd"'),
        ('by = "classifier"', r"\$\.engine\.rating\.folder"),
        ('by = "somebody"', r"\$\.engine\.rating\.by"),
        ("sensitive = 0.0", r"\$\.engine\.rating\.sensitive"),
        ("minor = 1.5", r"\$\.engine\.rating\.minor"),
        ('labels = {nsfw = "bad"}', r"\$\.engine\.rating\.labels"),
        ("threshold = 0.5", "threshold"),
    ],
)
def test_a_rater_that_cannot_be_is_refused_by_name(tmp_path, text, said):
    """The error names the path in the file."""
    with pytest.raises(EngineConfigError, match=said):
        config.load(written(tmp_path, f"[engine.rating]\n{text}\n"))
