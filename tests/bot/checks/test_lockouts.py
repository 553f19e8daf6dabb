"""Who may not draw for a while, where, and what a lift of it means."""

import asyncio
from functools import partial

from bot.checks.lockouts import Lockouts
from bot.config import StrikeRules
from bot.safety.audit import pseudonym
from bot.store.everywhere import lift_everywhere

RULES = StrikeRules(per_lock=3, first_lock_s=100, growth=10, longest_lock_s=5_000, forget_after_s=100_000)
YUKI, HERE, THERE, DIRECT = 5, 7, 8, None


def lockouts(store, now=lambda: 1000.0):
    return Lockouts(store.strikes, RULES, now)


async def struck(made, times=3):
    return [(await made.strike(YUKI, HERE)).counted for _ in range(times)]


async def test_a_lift_counts_in_one_server_alone(store):
    """Elsewhere and in direct messages the lock goes on; strikes from before count no more there, later ones do."""
    made = lockouts(store)
    assert await struck(made) == [1, 2, 0]
    assert [await made.until(YUKI, place) for place in (HERE, THERE, DIRECT)] == [1100, 1100, 1100]
    assert await store.strikes.lift(YUKI, HERE, now=1001.0)
    assert [await made.until(YUKI, place) for place in (HERE, THERE, DIRECT)] == [None, 1100, 1100]
    later = lockouts(store, lambda: 1200.0)
    assert await struck(later, 2) == [1, 2]
    assert await later.until(YUKI, HERE) is None
    assert await struck(later, 1) == [0]
    assert await later.until(YUKI, HERE) == 1300
    assert await later.until(YUKI, THERE) == 2200


async def test_a_lift_ends_a_moderators_time_out_too(store):
    """In this server; another one's stays."""
    made = lockouts(store)
    for guild in (HERE, THERE):
        await store.strikes.lock_person(pseudonym(YUKI, store.key), guild, until=5000.0)
    assert await store.strikes.lift(YUKI, HERE, now=1000.0)
    assert await made.until(YUKI, HERE) is None
    assert await made.until(YUKI, THERE) == 5000
    assert not await store.strikes.lift(YUKI, HERE, now=1000.0)


async def test_of_two_who_lift_at_once_one_did_it(store):
    await struck(lockouts(store))
    tries = [store.strikes.lift(YUKI, HERE, now=1001.0) for _ in range(5)]
    assert sorted(await asyncio.gather(*tries)) == [False] * 4 + [True]


async def test_a_lift_is_kept_as_long_as_what_it_lifts(store):
    """And is among what is stored about somebody."""
    await struck(lockouts(store))
    await store.strikes.lift(YUKI, HERE, now=1001.0)
    assert await store.strikes.lifts(YUKI) == {HERE: 1001.0}
    await store.strikes.sweep(strikes_before=1000.5, now=1000.5)
    assert await store.strikes.lifts(YUKI) == {HERE: 1001.0}
    await store.strikes.sweep(strikes_before=1001.5, now=1001.5)
    assert await store.strikes.lifts(YUKI) == {}


async def test_whoever_was_free_a_moment_ago_is_locked_out_at_once(store):
    """That nothing stands against them is remembered, and forgotten with the first strike or time-out."""
    made = lockouts(store)
    for place in (HERE, THERE, DIRECT):
        assert await made.until(YUKI, place) is None
    await store.strikes.lock_person(pseudonym(YUKI, store.key), THERE, until=5000.0)
    assert [await made.until(YUKI, place) for place in (HERE, THERE, DIRECT)] == [None, 5000, None]
    await struck(made)
    assert [await made.until(YUKI, place) for place in (HERE, THERE, DIRECT)] == [1100, 5000, 1100]


async def test_the_operator_lifts_everywhere_while_the_bot_runs(store, tmp_path):
    """Strikes and time-outs are gone, and the audit log says that it was done, to nobody by name."""
    made = lockouts(store)
    await struck(made)
    await store.strikes.lock_person(pseudonym(YUKI, store.key), THERE, until=5000.0)
    lift = partial(lift_everywhere, tmp_path, YUKI, now=1001.0)
    assert await asyncio.to_thread(lift)
    assert [await made.until(YUKI, place) for place in (HERE, THERE, DIRECT)] == [None] * 3
    assert not await asyncio.to_thread(lift)
    [row] = await store.records._database.fetch("SELECT event, user_id, guild_id, detail FROM audit")
    assert (row["event"], row["user_id"], row["guild_id"]) == ("lifted", None, None)
    assert pseudonym(YUKI, store.key) in row["detail"]
