"""What the audit log tells, and to whom."""

from bot.checks.audit import MESSAGE_CHARS, line
from bot.safety.audit import AuditRecord, fingerprint, pseudonym
from bot.sentences.joined import as_written
from bot.store import Store


def record(**changes):
    values = {"event": "refused", "at": 1000.0, "user_id": 5, "guild_id": 7, "channel_id": 70, "rule": "tags"}
    return AuditRecord(**values | changes)


def test_a_line_says_who_where_when_and_which_rule():
    """A prompt in it cannot break out of its quotation."""
    told = line(record(prompt="`nude`\n@everyone"))
    assert told == "<t:1000:T> **Refused**: <@5> in <#70>, rule `tags`, prompt `ˋnudeˋ @everyone`"
    assert line(record(user_id=None, channel_id=None, rule="", event="changed", detail=as_written("spoilers off"))) == (
        "<t:1000:T> **Changed**: Somebody, spoilers off"
    )
    assert len(line(record(detail=as_written("x" * 5000)))) < MESSAGE_CHARS


async def test_a_record_outlives_the_name_in_it(store):
    """Who asks to be forgotten is nobody any more, and still the same nobody."""
    await store.records.keep(record(prompt=fingerprint("nude", store.key)))
    await store.records.keep(record(user_id=6, at=2000.0))
    await store.records.forget(5)
    assert await store.records.of(5) == (record(user_id=None),)
    assert await store.records.of(6) == (record(user_id=6, at=2000.0),)
    assert await store.records.sweep(before=1500.0) == 1
    assert await store.records.of(5) == ()


async def test_strikes_and_locks_know_nobody_by_name(store, tmp_path):
    """They are counted by a keyed hash, in all servers together; a moderator's lock holds in one server."""
    await store.strikes.give(123456789, now=1.0)
    await store.strikes.give(123456789, now=2.0)
    assert await store.strikes.of(123456789) == (1.0, 2.0)
    assert await store.strikes.of(5) == ()
    await store.strikes.lock_person(pseudonym(123456789, store.key), 7, until=50.0)
    await store.strikes.lock_person(pseudonym(123456789, store.key), 7, until=60.0)
    assert await store.strikes.locked_until(123456789, 7) == 60.0
    assert await store.strikes.locked_until(123456789, 8) is None
    assert await store.strikes.against(123456789, 7) == ((1.0, 2.0), 60.0)
    assert await store.strikes.against(123456789, None) == ((1.0, 2.0), None)
    assert await store.strikes.against(5, 7) == ((), None)
    assert b"123456789" not in (tmp_path / "eshi.sqlite3-wal").read_bytes()
    await store.strikes.sweep(strikes_before=2.0, now=61.0)
    assert await store.strikes.of(123456789) == (2.0,)
    assert await store.strikes.locked_until(123456789, 7) is None


async def test_the_key_stays(tmp_path):
    """A restart knows the same people; a key that is not whole is not replaced behind anybody's back."""
    async with Store.open(tmp_path) as store:
        await store.strikes.give(5, now=1.0)
    async with Store.open(tmp_path) as store:
        assert await store.strikes.of(5) == (1.0,)
    assert (tmp_path / "hash.key").stat().st_mode & 0o077 == 0
