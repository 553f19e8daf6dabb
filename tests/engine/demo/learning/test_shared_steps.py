"""Two processes that share a training's steps."""

import os
import socket
import subprocess
import sys

import torch

from engine.demo.learning.shared_steps import SharedSteps

EACH = """
import torch
from engine.demo.learning.shared_steps import SharedSteps

shared = SharedSteps()
first, second, unused = (torch.zeros(shape, requires_grad=True) for shape in ((2, 3), (4,), (1,)))
first.grad, second.grad = torch.full((2, 3), 1.0 + shared.rank), torch.arange(4.0) * shared.rank
shared.mean([first, second, unused])
print(shared.first, list(range(8))[shared.part], first.grad.mean().item(), second.grad.tolist())
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def test_each_has_its_part_and_all_take_the_step_of_the_mean():
    """Nobody looks at anything twice, and every gradient is the mean of both processes'."""
    together = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port()), "WORLD_SIZE": "2", "OMP_NUM_THREADS": "1"}
    processes = [
        subprocess.Popen(  # noqa: S603  our own words
            [sys.executable, "-c", EACH], env=os.environ | together | {"RANK": rank}, stdout=subprocess.PIPE, text=True
        )
        for rank in "01"
    ]
    said = [process.communicate()[0].strip() for process in processes]
    assert said == ["True [0, 2, 4, 6] 1.5 [0.0, 0.5, 1.0, 1.5]", "False [1, 3, 5, 7] 1.5 [0.0, 0.5, 1.0, 1.5]"]


def test_alone_everything_is_one_s_own():
    """Without a word of torchrun's nothing is shared."""
    shared = SharedSteps()
    gradient = torch.ones(3)
    learned = torch.zeros(3, requires_grad=True)
    learned.grad = gradient
    shared.mean([learned])
    assert shared.first
    assert [1, 2, 3][shared.part] == [1, 2, 3]
    assert learned.grad is gradient
