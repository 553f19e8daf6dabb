-- Since when strikes of earlier no longer count in a server whose admin let somebody draw again. Like strikes and locks
-- it knows people by keyed hash alone.
CREATE TABLE lifts (
    person TEXT NOT NULL,
    guild_id INTEGER NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (person, guild_id)
) STRICT, WITHOUT ROWID;
