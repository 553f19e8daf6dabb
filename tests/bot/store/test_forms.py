"""A form that is open can be sent for days, by whoever opened it, whatever happens to the bot meanwhile."""

import asyncio

import msgspec
import pytest

from bot.errors import StoreError
from bot.sentences.joined import as_written
from bot.store import Store
from bot.store.forms import OpenForm
from bot.store.kept_values import KEPT


async def test_a_form_outlives_the_bot(tmp_path):
    """Everything that it does not show is there again."""
    options = OpenForm(tags="smile", character="firefly (honkai: star rail)", steps=28, guidance=5.5, given="a hat")
    async with Store.open(tmp_path) as store:
        form = await store.forms.keep(1, options, now=0.0)
    async with Store.open(tmp_path) as store:
        assert await store.forms.get(form, 1) == options


async def test_a_form_is_its_openers_alone(tmp_path):
    async with Store.open(tmp_path) as store:
        form = await store.forms.keep(1, OpenForm(), now=0.0)
        assert await store.forms.get(form, 2) is None
        assert await store.forms.change(form, 2, {"tags": "theirs"}) is None
        assert await store.forms.change("ZZZZZZ", 1, {"tags": "theirs"}) is None
        assert await store.forms.get("ZZZZZZ", 1) is None


async def test_a_form_that_cannot_be_read_is_named(tmp_path):
    """Such a row says which it is, to the operator."""
    async with Store.open(tmp_path) as store:
        form = await store.forms.keep(1, OpenForm(), now=0.0)
        await store.forms._database.fetch("UPDATE forms SET options = '{'")
        with pytest.raises(StoreError, match=f"forms, {form}: the row in the database cannot be read"):
            await store.forms.get(form, 1)


async def test_old_forms_go(tmp_path):
    """When they are swept, and of one person all but the newest few; a number is never given twice."""
    async with Store.open(tmp_path) as store:
        old = await store.forms.keep(2, OpenForm(), now=0.0)
        forms = [await store.forms.keep(1, OpenForm(), now=1.0) for _ in range(KEPT + 1)]
        await store.forms.sweep(before=1.0)
        kept = [form for form in forms if await store.forms.get(form, 1) is not None]
        assert kept == forms[1:]
        assert await store.forms.get(old, 2) is None
        assert len({old, *forms}) == KEPT + 2


async def test_a_change_leaves_everything_else(tmp_path):
    """Also what is changed at the same time; None is an option that is left out from then on."""
    notes = (as_written("It had a LoRA."),)
    begun = OpenForm(tags="smile", seed=2**32 - 1, guidance=6.123456789, private=True, given="a hat", notes=notes)
    async with Store.open(tmp_path) as store:
        form = await store.forms.keep(1, begun, now=0.0)
        changes = [{"tags": "“frown”, \\(a\\)"}, {"seed": None}, {"count": 4}, {}]
        await asyncio.gather(*(store.forms.change(form, 1, one) for one in changes))
        expected = msgspec.structs.replace(begun, tags="“frown”, \\(a\\)", seed=None, count=4)
        assert await store.forms.get(form, 1) == expected
