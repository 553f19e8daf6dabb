-- What admins decided for their servers, the log of what came of it, and who is locked out for how long.

CREATE TABLE policies (
    guild_id INTEGER PRIMARY KEY,
    policy TEXT NOT NULL -- JSON of bot.safety.policy.ServerPolicy
) STRICT;

CREATE TABLE audit (
    key INTEGER PRIMARY KEY,
    event TEXT NOT NULL,
    at REAL NOT NULL,
    person TEXT NOT NULL, -- keyed hash of the user's id: still one and the same person after they were forgotten
    user_id INTEGER, -- NULL: this person asked to be forgotten
    guild_id INTEGER, -- NULL: a direct message
    channel_id INTEGER,
    rule TEXT NOT NULL,
    prompt TEXT NOT NULL, -- a keyed hash; the words only where the server asked for them
    detail TEXT NOT NULL
) STRICT;

CREATE INDEX audit_by_age ON audit (at);
CREATE INDEX audit_of_person ON audit (person);

-- Both know people by keyed hash alone, so that they outlive whoever asks to be forgotten.

CREATE TABLE strikes (
    person TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;

CREATE INDEX strikes_of_person ON strikes (person, at);

CREATE TABLE locks (
    person TEXT NOT NULL,
    guild_id INTEGER NOT NULL,
    until REAL NOT NULL,
    PRIMARY KEY (person, guild_id)
) STRICT, WITHOUT ROWID;
