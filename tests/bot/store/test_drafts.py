"""Previewed requests: found again as they were, and not kept for ever."""

from bot.request import Request
from bot.store import Store
from bot.store.kept_values import KEPT

REQUEST = Request(subject="1girl", tags="smile", seed=2**32 - 1)


async def test_a_draft_is_found_after_a_restart(tmp_path):
    """Word for word, seed included."""
    async with Store.open(tmp_path) as store:
        draft_id = await store.drafts.keep(1, REQUEST, now=0.0)
    async with Store.open(tmp_path) as store:
        assert await store.drafts.get(draft_id) == REQUEST
        assert await store.drafts.get("ZZZZZZ") is None


async def test_old_and_many_drafts_are_forgotten(tmp_path):
    """By age where it is swept, and so many of each person; nobody loses theirs to another."""
    async with Store.open(tmp_path) as store:
        old = await store.drafts.keep(1, REQUEST, now=0.0)
        await store.drafts.sweep(before=1.0)
        other = await store.drafts.keep(2, REQUEST, now=1.0)
        mine = [await store.drafts.keep(1, REQUEST, now=2.0) for _ in range(KEPT + 1)]
        await store.drafts.sweep(before=1.0)
        kept = [draft_id for draft_id in (old, other, *mine) if await store.drafts.get(draft_id)]
    assert kept == [other, *mine[1:]]
