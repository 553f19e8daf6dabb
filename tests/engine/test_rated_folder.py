"""An operator's pictures through the filter, and what each threshold would drop."""

import logging

from PIL import Image

from engine.__main__ import main
from engine.config import PictureRating
from engine.rated_folder import rate_folder, table
from engine.raters import load
from tests.engine.raters import NAMES, make_tagger


def test_every_threshold_is_counted(tmp_path):
    """By what the model believes, and what is configured is marked."""
    tagger = make_tagger(tmp_path / "tagger", always={"general": 0.5, "sensitive": 0.45, "child": 0.3})
    for number in range(3):
        Image.new("RGB", (32, 32)).save(tmp_path / f"{number}.png")
    settings = PictureRating(by="wd", folder=str(tagger))
    lines = table(rate_folder(tmp_path, load(settings, print), print), settings)
    assert [line.split(":")[0] for line in lines[:3]] == ["0.png", "1.png", "2.png"]
    counted = {line.split()[0]: line.split()[1] for line in lines if line.startswith("0.") and "png" not in line}
    assert (counted["0.40"], counted["0.60"]) == ("0", "0")
    assert "0.60      0    0%  as configured" in lines
    assert "0.30      3  100%" in lines


def test_the_command_needs_pictures_and_a_filter(tmp_path, capsys):
    """Each is one clear line."""
    (tmp_path / "config.toml").write_text('[engine.rating]\nby = "none"\n')
    assert main(["rate", str(tmp_path), "--config", str(tmp_path / "config.toml")]) == 2
    assert "nothing rates pictures" in capsys.readouterr().err
    tagger = make_tagger(tmp_path / "tagger")
    (tmp_path / "config.toml").write_text(f'[engine.rating]\nby = "wd"\nfolder = "{tagger}"\n')
    assert main(["rate", str(tmp_path), "--config", str(tmp_path / "config.toml")]) == 2
    assert "holds no PNG" in capsys.readouterr().err
    Image.new("RGB", (32, 32), (0, 0, 255)).save(tmp_path / "blue.png")
    assert main(["rate", str(tmp_path), "--config", str(tmp_path / "config.toml")]) == 0
    assert "blue.png: safe" in capsys.readouterr().out
    assert main(["rate", str(tmp_path / "nowhere"), "--config", str(tmp_path / "config.toml")]) == 2
    assert "No such file or directory" in capsys.readouterr().err


def test_what_is_no_picture_is_named_and_left_out(tmp_path, capsys):
    """The others are rated all the same."""
    tagger = make_tagger(tmp_path / "tagger")
    (tmp_path / "config.toml").write_text(f'[engine.rating]\nby = "wd"\nfolder = "{tagger}"\n')
    Image.new("RGB", (32, 32), (0, 0, 255)).save(tmp_path / "blue.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "blue.png").read_bytes()[:40])
    (tmp_path / "page.jpg").write_text("<html>")
    assert main(["rate", str(tmp_path), "--config", str(tmp_path / "config.toml")]) == 0
    said = capsys.readouterr()
    assert "blue.png: safe" in said.out
    assert "Of 1 pictures" in said.out
    assert [line.split(":")[0] for line in said.err.splitlines() if "cannot be read" in line] == ["cut.png", "page.jpg"]


def test_the_log_says_which_tags_for_children_a_tagger_has(tmp_path, caplog):
    """An older list lacks some, and what it lacks it cannot see."""
    caplog.set_level(logging.INFO)
    load(PictureRating(by="wd", folder=str(make_tagger(tmp_path / "tagger", names=(*NAMES, "loli")))), print)
    assert "the tagger has child, loli; it lacks age_regression, aged_down" in caplog.text
