"""What torch's errors say about memory, by their real texts."""

import pytest
import torch

from engine import memory, transfer
from tests.engine import failures


@pytest.mark.parametrize("failure", failures.NO_ROOM, ids=lambda failure: failure.__name__)
def test_every_lack_of_memory_is_recognised(failure):
    """Of torch's allocator, of the libraries and of the driver; none of them is the end of the device."""
    assert memory.is_out_of_memory(failure())
    assert memory.may_be_out_of_memory(failure())
    assert not memory.is_loss_of_device(failure())


def test_a_convolution_without_any_way_is_worth_trying_smaller():
    """It may also be that there is none for this card."""
    assert memory.may_be_out_of_memory(failures.cudnn_plans())
    assert not memory.is_out_of_memory(failures.cudnn_plans())
    assert not memory.is_loss_of_device(failures.cudnn_plans())


def test_a_lost_device_is_no_lack_of_memory():
    assert memory.is_loss_of_device(failures.lost())
    assert not memory.may_be_out_of_memory(failures.lost())


@pytest.mark.parametrize("failure", failures.CAPTURES, ids=lambda failure: failure.__name__)
def test_a_capture_that_is_refused_is_neither(failure):
    """The device goes on, and more room would not help."""
    assert not memory.is_loss_of_device(failure())
    assert not memory.may_be_out_of_memory(failure())


@pytest.mark.parametrize("error", [RuntimeError("mat1 and mat2 shapes"), ValueError("out of memory")])
def test_other_errors_are_neither(error):
    assert not memory.may_be_out_of_memory(error)
    assert not memory.is_loss_of_device(error)


def test_without_pinned_memory_ordinary_memory_will_do(monkeypatch):
    """WSL2 has little of it; a copy is then waited for, and no picture is lost."""
    make, asked = torch.empty, []

    def no_pinned(*shape, pin_memory=False, **options):
        asked.append(pin_memory)
        if pin_memory:
            raise failures.driver()
        return make(*shape, **options)

    monkeypatch.setattr(torch, "empty", no_pinned)
    assert transfer.room((2, 3), torch.float16, pinned=True).shape == (2, 3)
    assert asked == [True, False]


@pytest.mark.parametrize(
    ("release", "fractions"), [("5.15.167.4-microsoft-standard-WSL2", [0.75, 0.875]), ("6.8.0-generic", [])]
)
def test_where_memory_would_be_lent_no_more_is_taken_than_is_free(monkeypatch, release, fractions):
    """Windows' driver lends the machine's, and everything crawls; elsewhere the card says when it is full."""
    taken, reserved = [], [0]
    monkeypatch.setattr("platform.release", lambda: release)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _device: (6 * 2**30, 8 * 2**30))
    monkeypatch.setattr(torch.cuda, "set_per_process_memory_fraction", lambda share, _device: taken.append(share))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda _device: reserved[0])
    memory.keep_to_what_is_free(torch.device("cuda"))
    reserved[0] = 2**30  # torch's own already, as where a model is read anew
    memory.keep_to_what_is_free(torch.device("cuda"))
    memory.keep_to_what_is_free(torch.device("cpu"))
    assert taken == fractions
