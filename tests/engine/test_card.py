"""The first layer under a card that fails is the one that is named, with what to do."""

import pytest

from engine import card
from engine.finding import IDS_OF_THE_ENGINE
from engine.nvidia_smi import CardModes

GOOD = {
    "version": "2.13.0+cu130",
    "cuda": "13.0",
    "cards": 1,
    "name": "NVIDIA GeForce RTX 3060",
    "capability": (8, 6),
    "architectures": ("sm_75", "sm_80", "sm_86", "compute_120"),
    "free_bytes": 12_500_000_000,
    "total_bytes": 12_900_000_000,
}
VERSION = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  {}  Release Build"
OPEN_VERSION = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  {}  Release Build"


class System(card.System, frozen=True):
    locked: tuple[str, ...] = ()

    def usable(self, path):
        return path.name not in self.locked


def machine(root, *, vendor=card.NVIDIA, driver="580.65", without=(), text=OPEN_VERSION):
    """The files of a machine with a card."""
    if vendor:
        (device := root / "sys/bus/pci/devices/0000:01:00.0").mkdir(parents=True)
        (device / "class").write_text("0x030000\n")
        (device / "vendor").write_text(f"{vendor}\n")
    if driver:
        (root / "proc/driver/nvidia").mkdir(parents=True)
        (root / "proc/driver/nvidia/version").write_text(text.format(driver))
    (root / "dev").mkdir()
    for name in {"nvidia0", "nvidiactl", "nvidia-uvm", "kfd"} - {*without}:
        (root / "dev" / name).touch()
    return root


SET = CardModes("7f3a", 170.0, 170.0, ecc=None, errors=None, mig=None)


class Smi:
    """What nvidia-smi says."""

    def __init__(self, processes=(), modes=(SET,)):
        self.processes = lambda: [*processes]
        self.modes = lambda: [*modes]


def look(root, *, device="auto", locked=(), torch=GOOD, processes=(), modes=(SET,), **said):
    facts = None if torch is None else card.Torch(**(torch | said))
    found = card.look(device, facts, System(root, locked), Smi(processes, modes))
    return {row.id: row for row in found}


def first_failure(rows):
    [*_, last] = rows.values()
    assert all(row.level == "ok" for row in [*rows.values()][:-1])
    assert last.do or last.level == "ok"
    return last.id, last.level


@pytest.mark.parametrize("text", [VERSION, OPEN_VERSION])
def test_a_card_in_order_is_a_row_for_each_layer(tmp_path, text):
    """Both forms in which NVIDIA's driver writes its version."""
    rows = look(machine(tmp_path, text=text))
    assert {*rows} == {"card", "driver", "device-files", "torch", "cuda", "architecture", "modes", "memory"}
    assert {row.level for row in rows.values()} == {"ok"}
    assert "580.65" in rows["driver"].says


@pytest.mark.parametrize(
    ("there", "said", "expected"),
    [
        ({"driver": ""}, {}, ("driver", "error")),
        ({"driver": "535.129"}, {}, ("driver", "error")),
        ({"driver": "535.129"}, {"cuda": "12.6"}, ("memory", "ok")),
        ({"without": ("nvidia-uvm",)}, {}, ("device-files", "error")),
        ({"without": ("nvidia0",)}, {}, ("device-files", "error")),
        ({}, {"locked": ("nvidiactl",)}, ("device-files", "error")),
        ({}, {"torch": None}, ("torch", "unchecked")),
        ({}, {"cuda": None, "version": "2.13.0+cpu"}, ("torch", "error")),
        ({}, {"failure": "CUDA error 304"}, ("cuda", "error")),
        ({}, {"cards": 0}, ("cuda", "error")),
        ({}, {"capability": (6, 1)}, ("architecture", "error")),
        ({}, {"capability": (12, 1)}, ("memory", "ok")),
        ({}, {"capability": (8, 9)}, ("memory", "ok")),
        ({}, {"total_bytes": 6_000_000_000, "free_bytes": 5_900_000_000}, ("memory", "error")),
        ({}, {"free_bytes": 4_000_000_000}, ("memory", "error")),
        ({}, {"free_bytes": 11_000_000_000}, ("memory", "ok")),  # with the text encoders on the host
        ({}, {"free_bytes": 10_000_000_000}, ("memory", "warning")),
    ],
)
def test_the_layer_that_fails_is_the_last_row(tmp_path, there, said, expected):
    """What lies above it is not looked at: it can only fail with it."""
    if said.get("torch", GOOD) is None:
        rows = look(machine(tmp_path, **there), torch=None)
        assert rows["torch"].level == "unchecked"
        return
    assert first_failure(look(machine(tmp_path, **there), **said)) == expected


def test_what_else_is_on_a_full_card_is_named(tmp_path):
    rows = look(machine(tmp_path), free_bytes=1_000_000_000, processes=["blender (9 GB)"])
    assert "blender (9 GB)" in rows["memory"].says


@pytest.mark.parametrize(
    ("said", "level", "words"),
    [
        ({}, "ok", "the power limit is 170 W, it has no ECC"),
        ({"power_limit_w": 120.0}, "ok", "120 W instead of 170 W, so it is slower"),
        ({"ecc": True, "errors": 0, "mig": True}, "ok", "ECC is on, MIG splits it"),
        ({"ecc": False, "power_limit_w": None}, "ok", "no power limit is named, ECC is off"),
        ({"ecc": True, "errors": 3}, "warning", "3 errors that could not be corrected"),
    ],
)
def test_how_the_card_is_set_is_noted(tmp_path, said, level, words):
    """It explains what others of its kind do otherwise; only broken memory is to be mended."""
    row = look(machine(tmp_path), modes=[SET._replace(**said)])["modes"]
    assert (row.level, words in row.says) == (level, True), row


def test_of_several_cards_the_one_that_draws_is_meant(tmp_path):
    """By its number; where none is known, nothing is said."""
    two = [SET._replace(uuid="a", power_limit_w=100.0), SET._replace(uuid="b", power_limit_w=450.0)]
    root = machine(tmp_path)
    assert "450 W" in look(root, modes=two, uuid="b")["modes"].says
    assert look(root, modes=two)["modes"].level == "unchecked"
    assert look(root, modes=[])["modes"].level == "unchecked"


def test_a_card_of_ten_gigabytes_decodes_whole_in_half_precision(tmp_path):
    """With what the row itself tells people to set, it is content."""
    root, facts = machine(tmp_path), card.Torch(**(GOOD | {"free_bytes": 10_000_000_000}))
    for half, level in ((False, "warning"), (True, "ok")):
        *_, last = card.look("auto", facts, System(root), Smi(), half=half)
        assert (last.id, last.level) == ("memory", level)


def test_memory_that_an_engine_of_ours_has_is_no_error(tmp_path):
    """Whoever checks while the bot runs is told nothing that is not so."""
    facts = card.Torch(**(GOOD | {"free_bytes": 1_000_000_000}))
    *_, last = card.look("auto", facts, System(machine(tmp_path)), Smi(), engine_runs=True)
    assert (last.id, last.level) == ("memory", "unchecked")


def test_a_card_in_the_processor_is_no_error(tmp_path):
    """Many processors of AMD's have one that nobody means to draw with."""
    rows = look(machine(tmp_path, vendor=card.AMD, driver=""), cuda=None, cards=0)
    assert first_failure(rows) == ("card", "warning")


def test_without_a_card_it_is_said_what_that_means(tmp_path):
    """A warning where nobody asked for one, an error where somebody did, nothing where the processor was meant."""
    empty = machine(tmp_path, vendor="", driver="")
    plain = {"cuda": None, "cards": 0}
    assert first_failure(look(empty, **plain)) == ("card", "warning")
    assert first_failure(look(empty, device="cuda", **plain)) == ("card", "error")
    assert first_failure(look(empty, device="cpu", **plain)) == ("card", "ok")
    assert first_failure(look(empty, device="mps", **plain)) == ("card", "error")
    assert first_failure(look(empty, mps=True, **plain)) == ("card", "warning")
    assert first_failure(look(empty)) == ("memory", "ok")  # a container that shows no PCI, and torch sees the card


def test_wsl_has_its_own_device(tmp_path):
    """The driver is that of Windows, and says no version."""
    machine(tmp_path, vendor="", driver="", without=("nvidia0", "nvidiactl", "nvidia-uvm"))
    (tmp_path / "dev/dxg").touch()
    (tmp_path / "usr/lib/wsl/lib").mkdir(parents=True)
    (tmp_path / "usr/lib/wsl/lib/libcuda.so.1").touch()
    assert first_failure(look(tmp_path)) == ("memory", "ok")


@pytest.mark.parametrize(
    ("there", "locked", "expected"),
    [((), (), ("memory", "ok")), (("kfd",), (), ("driver", "error")), ((), ("kfd",), ("device-files", "error"))],
)
def test_amd_s_cards_have_rocm_s_device(tmp_path, there, locked, expected):
    root = machine(tmp_path, vendor=card.AMD, driver="", without=there)
    assert first_failure(look(root, locked=locked, cuda=None, hip="7.2")) == expected


def test_every_row_is_one_that_is_known(tmp_path):
    """And they come in that order."""
    assert [*look(machine(tmp_path))] == [
        one for one in IDS_OF_THE_ENGINE if one not in {"packages", "checkpoint", "upscaler", "tagger"}
    ]
