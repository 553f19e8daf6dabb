"""Whoever adds a table that knows people also teaches `/me export` and `/me forget` about it."""

import sqlite3

from bot.store import Store

KNOWN = {
    ("acceptances", "user_id"),
    ("always_told", "user_id"),
    ("audit", "user_id"),
    ("defaults", "user_id"),
    ("drafts", "user_id"),
    ("favourites", "user_id"),
    ("forms", "user_id"),
    ("inputs", "user_id"),
    ("jobs", "user_id"),
    ("reports", "reporter_id"),
    ("reports", "decider_id"),
}
"""What both of them see to."""

OTHERS = {"guild_id", "channel_id", "message_id", "application_id", "interaction_id", "notice_channel_id", "notice_id"}
"""Ids that are no person's."""


async def test_every_column_that_names_a_person_is_known(tmp_path):
    async with Store.open(tmp_path):
        pass
    database = sqlite3.connect(tmp_path / "eshi.sqlite3")
    found = database.execute(
        "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'"
    ).fetchall()
    database.close()
    assert {(table, column) for table, column in found if column.endswith("_id") and column not in OTHERS} == KNOWN
