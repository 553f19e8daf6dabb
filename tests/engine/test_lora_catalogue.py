"""The LoRAs of a folder, as they are told to the bot."""

import os

from engine import lora_header
from engine.lora_catalogue import LoraCatalogue
from tests.engine import lora_files as files


def write(path, seed=1, metadata=None, targets=files.TARGETS[:1]):
    layers = {
        target: {"down": files.chance(4, 8, seed=seed), "up": files.chance(8, 4, seed=seed)} for target in targets
    }
    return files.write(path, files.named(layers, files.kohya, files.KOHYA), metadata)


def test_each_file_is_told_by_its_header(tmp_path):
    """By name, with the hash that WebUI shows; other files are none of its business."""
    one = write(tmp_path / "line art.safetensors", metadata={"modelspec.trigger_phrase": "lineart"})
    write(tmp_path / "a.safetensors", targets=files.TARGETS, metadata={"ss_sd_model_name": "pony.safetensors"})
    (tmp_path / "notes.txt").write_text("nothing")
    a, line_art = LoraCatalogue(tmp_path).look()
    assert (a.name, a.base, a.texts, a.words, a.wrong) == ("a", "pony", True, (), "")
    assert (line_art.name, line_art.words, line_art.texts) == ("line art", ("lineart",), False)
    assert line_art.hash == lora_header.sha256(lora_header.read(one))[:12]


def test_what_cannot_be_used_says_why_and_is_logged_once(tmp_path, caplog):
    (tmp_path / "broken.safetensors").write_bytes(b"nothing at all")
    write(tmp_path / "a;b.safetensors")
    catalogue = LoraCatalogue(tmp_path)
    first, second = catalogue.look()
    assert "has one of" in first.wrong
    assert "cut off" in second.wrong
    assert catalogue.look() == (first, second)
    assert caplog.text.count("broken.safetensors") == 1


def test_what_comes_goes_or_changes_is_noticed(tmp_path):
    catalogue = LoraCatalogue(tmp_path)
    assert catalogue.look() == ()
    path = write(tmp_path / "a.safetensors")
    [before] = catalogue.look()
    write(path, seed=2)
    os.utime(path, ns=(1, 1))
    [after] = catalogue.look()
    assert before.hash != after.hash
    path.unlink()
    assert catalogue.look() == ()


def test_a_folder_that_is_not_there_is_empty(tmp_path):
    assert LoraCatalogue(tmp_path / "absent").look() == ()
