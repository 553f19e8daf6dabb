"""Schedulers that have their tables in common; what they compute is compared with diffusers' own elsewhere."""

import pytest
import torch

from engine import schedulers
from engine.samplers import SAMPLERS
from engine.schedulers import build

STEPS = 6


class Run:
    """One picture's latents on their way, by a scheduler of its own."""

    def __init__(self, scheduler, sampler, seed):
        self.scheduler, self._noisy = scheduler, SAMPLERS[sampler].noise != "none"
        self._generator = torch.Generator().manual_seed(seed)
        self.latents = self._random()

    def _random(self):
        return torch.randn(1, 4, 8, 8, generator=self._generator)

    def step(self, number):
        timestep = self.scheduler.timesteps[number]
        self.scheduler.scale_model_input(self.latents, timestep)
        noise = {"variance_noise": self._random()} if self._noisy else {}
        self.latents = self.scheduler.step(self._random(), timestep, self.latents, **noise).prev_sample


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_samples_that_have_tables_in_common_do_not_disturb_each_other(model, sampler):
    """Step by step, some ahead of others, and each with a memory of its own."""

    def fresh(seed):
        schedulers._made.cache_clear()
        return Run(build(sampler, model.scheduler_config, STEPS), sampler, seed)

    expected = [fresh(seed) for seed in (1, 2, 3)]
    for run in expected:
        for number in range(STEPS):
            run.step(number)
    schedulers._made.cache_clear()
    first, second = (Run(build(sampler, model.scheduler_config, STEPS), sampler, seed) for seed in (1, 2))
    for number in range(STEPS):
        first.step(number)
        if number:
            second.step(number - 1)
    third = Run(build(sampler, model.scheduler_config, STEPS), sampler, 3)
    second.step(STEPS - 1)
    for number in range(STEPS):
        third.step(number)
    for run, alone in zip((first, second, third), expected, strict=True):
        assert torch.equal(run.latents, alone.latents)


def test_a_scheduler_is_made_once_for_a_number_of_steps(model):
    """Making one takes a quarter of what a picture takes the worker besides."""
    schedulers._made.cache_clear()
    made = [build("euler_a", model.scheduler_config, steps) for steps in (4, 4, 5, 4)]
    assert schedulers._made.cache_info().misses == 2
    assert [len(one.timesteps) for one in made] == [4, 4, 5, 4]
    assert len({id(one) for one in made}) == 4
