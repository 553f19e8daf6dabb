"""A sentence is kept as its id and its values; what an older version kept as text is said as it is."""

import msgspec
import pytest

from bot.errors import StoreError
from bot.safety.audit import AuditRecord
from bot.sentences import audit, ends, gate, prompt
from bot.sentences.joined import as_written
from bot.sentences.rendering import render
from bot.store.sentences import read, read_all, written, written_all


@pytest.mark.parametrize(
    "said",
    [
        ends.CANCELLED,
        ends.no_room(1024, 1024, "square 1:1"),
        gate.locked_by_strikes(gate.words_of_rating("explicit", "safe"), 1_800_000_000),
        prompt.did_you_mean(("hat", '{"id":')),
        as_written("“x” 'y' \\ {z}\n%s"),
    ],
)
def test_what_is_kept_comes_back(said):
    """Sentences in it, lists and marks included."""
    assert read(written(said)) == said
    assert read_all(written_all((said, ends.CANCELLED))) == (said, ends.CANCELLED)


@pytest.mark.parametrize("text", ["Cancelled.", "", "{", '{"error": 1}', '"quoted"', "“hat” moved to the front."])
def test_what_was_kept_as_text_is_said_as_it_is(text):
    """Alone, and among the notes of a job."""
    assert render(read(text)) == text
    [note, newer] = read_all(f"[{msgspec.json.encode(text).decode()},{written(ends.CANCELLED)}]")
    assert (render(note), newer) == (text, ends.CANCELLED)


async def test_no_words_are_in_a_row_of_an_end(store, new_job):
    """Whatever language its asker reads, and however the words change."""
    job = await store.jobs.submit(new_job(notes=(prompt.other_year(2024, 2023),)), now=1.0)
    await store.jobs.fail(job.id, ends.begun_too_often(10), now=2.0)
    [row] = await store.jobs._database.fetch("SELECT error, notes FROM jobs")
    assert msgspec.json.decode(row["error"]) == {"id": "ends.begun_too_often", "values": {"times": 10}}
    assert msgspec.json.decode(row["notes"]) == [{"id": "prompt.other_year", "values": {"year": 2024, "other": 2023}}]


@pytest.mark.parametrize("damage", ["error = '{\"id\":'", "kept = '{\"id\":5}'", "notes = '[5]'"])
async def test_a_damaged_sentence_is_an_error_that_names_its_job(store, new_job, damage):
    job = await store.jobs.submit(new_job(), now=1.0)
    await store.jobs._database.fetch(f"UPDATE jobs SET {damage}")  # noqa: S608  ours
    with pytest.raises(StoreError, match=f"job {job.id}: its row in the database cannot be read"):
        await store.jobs.get(job.id)


async def test_a_record_keeps_what_it_is_about_as_a_sentence(store):
    """An old one its text; one about nothing more has none."""
    kept = AuditRecord(event="refused", at=1.0, user_id=5, guild_id=7, channel_id=70)
    about = msgspec.structs.replace(kept, detail=audit.of_job("00000A", audit.picture(1, "nsfw")))
    await store.records.keep(kept)
    await store.records.keep(about)
    assert await store.records.of(5) == (kept, about)
    await store.records._database.fetch("UPDATE audit SET detail = 'job 00000A, before it was shown'")
    assert [render(one.detail) for one in await store.records.of(5)] == ["job 00000A, before it was shown"] * 2
