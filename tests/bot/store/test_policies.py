"""What admins decided is changed one thing at a time, and nothing of it is lost."""

import asyncio

import msgspec
import pytest

from bot.errors import InvalidRequest, StoreError
from bot.safety.policy import ServerPolicy
from bot.sentences.joined import as_written
from bot.store import Store


def setting(**changes):
    return lambda policy: msgspec.structs.replace(policy, **changes)


async def test_two_admins_change_two_things(tmp_path):
    """Each change starts from what holds now, and a restart finds both."""
    async with Store.open(tmp_path) as store:
        assert await store.policies.of(7) == ServerPolicy()
        await asyncio.gather(
            store.policies.change(7, setting(open_limit="sensitive")), store.policies.change(7, setting(spoilers=False))
        )
        expected = ServerPolicy(open_limit="sensitive", spoilers=False)
        assert await store.policies.of(7) == expected
        assert await store.policies.of(8) == ServerPolicy()
        assert await store.policies.of(None) == ServerPolicy()
    async with Store.open(tmp_path) as store:
        assert await store.policies.of(7) == expected
        before, after = await store.policies.change(7, setting(spoilers=True))
        assert (before.spoilers, after.spoilers) == (False, True)


async def test_a_change_that_is_refused_changes_nothing(tmp_path):
    """Whatever raised it."""

    def refuse(_policy):
        raise InvalidRequest(as_written("no"))

    async with Store.open(tmp_path) as store:
        with pytest.raises(InvalidRequest):
            await store.policies.change(7, refuse)
        assert await store.policies.of(7) == ServerPolicy()


async def test_a_policy_that_cannot_be_read_allows_nothing(tmp_path):
    """Better no picture than one that the admins forbade."""
    async with Store.open(tmp_path) as store:
        await store.policies.change(7, setting(open_limit="sensitive"))
        await store.policies._database.fetch('UPDATE policies SET policy = \'{"open_limit": "explicit"}\'')
    async with Store.open(tmp_path) as store:
        with pytest.raises(StoreError, match="server 7"):
            await store.policies.of(7)


async def test_a_restart_knows_what_every_server_decided(tmp_path, caplog):
    """But for one that cannot be read, which is named to the operator."""
    async with Store.open(tmp_path) as store:
        for guild in (7, 8, 9):
            await store.policies.change(guild, setting(max_running=guild))
        await store.policies._database.fetch("UPDATE policies SET policy = '{' WHERE guild_id = 8")
        found = {guild: policy.max_running for guild, policy in await store.policies.all()}
    assert found == {7: 7, 9: 9}
    assert "server 8: its policy in the database cannot be read" in caplog.text


async def test_a_broken_key_is_named(tmp_path):
    """A new key would let everybody off, so nobody makes one in silence."""
    (tmp_path / "hash.key").write_bytes(b"short")
    with pytest.raises(StoreError, match="holds 5 bytes instead of 32"):
        async with Store.open(tmp_path):
            pass
