"""Before the limit for all requests together, what may be left out is."""

from bot.delivery.budget import EditBudget
from bot.delivery.global_rate import LIMIT_PER_S, STOP_AT, THIN_FROM, GlobalRate


class Clock:
    time = 100.0

    def __call__(self):
        return self.time


EDIT = "/api/v10/webhooks/9/token/messages/5"


def test_it_counts_the_last_second():
    """Whatever was asked, but for answers to interactions, which Discord does not count."""
    clock = Clock()
    rate = GlobalRate(clock=clock)
    for _ in range(3):
        rate.heed(EDIT)
    rate.heed("/api/v10/interactions/9/token/callback")
    clock.time += 0.5
    rate.heed("/api/v10/channels/7/messages")
    assert rate.recent == 4
    clock.time += 0.5
    assert rate.recent == 1


def test_it_keeps_no_more_than_a_second_though_nobody_asks():
    clock = Clock()
    rate = GlobalRate(clock=clock)
    for _ in range(1000):
        clock.time += 0.1
        rate.heed(EDIT)
    assert len(rate._times) <= 11


def test_edits_thin_out_and_stop_before_the_limit():
    clock = Clock()
    rate = GlobalRate(clock=clock)
    shares = []
    for _ in range(LIMIT_PER_S):
        rate.heed(EDIT)
        shares.append(rate.share)
    assert shares[:THIN_FROM] == [1.0] * THIN_FROM
    assert shares == sorted(shares, reverse=True)
    assert shares[STOP_AT - 1] == 0.0


def test_the_budget_heeds_it(new_job):
    """Ten servers with room each are too many together; what must go goes all the same."""
    clock = Clock()
    budget = EditBudget(clock=clock)
    jobs = [new_job(channel_id=channel) for channel in range(100)]
    went = 0
    for job in jobs:
        if budget.take(job):
            budget.rate.heed(EDIT)
            went += 1
    assert THIN_FROM < went <= STOP_AT
    clock.time += 1.0
    assert budget.take(jobs[-1])
