-- The first version of the database. Every later one is a numbered script beside this one (see migration.py);
-- a script that was released never changes. Every …_at is Unix time in seconds; ids are Discord's.

CREATE TABLE jobs (
    key INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: an old button must not find somebody else's job
    state TEXT NOT NULL CHECK (
        state IN ('queued', 'running', 'rendered', 'delivered', 'failed', 'cancelled', 'refused')
    ),
    user_id INTEGER NOT NULL,
    guild_id INTEGER, -- NULL: a direct message
    channel_id INTEGER NOT NULL,
    message_id INTEGER, -- NULL: perhaps never acknowledged
    application_id INTEGER NOT NULL,
    interaction_id INTEGER NOT NULL,
    interaction_token TEXT NOT NULL,
    token_created_at REAL NOT NULL,
    request TEXT NOT NULL, -- JSON of bot.request.Request
    prompt TEXT NOT NULL,
    negative_prompt TEXT NOT NULL,
    notes TEXT NOT NULL, -- JSON list of sentences
    created_at REAL NOT NULL,
    started_at REAL,
    finished_at REAL,
    engine_s REAL,
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT
) STRICT;

-- A restart reads these few, among all that ever were, in order; the query must repeat the condition word for word.
CREATE INDEX jobs_unfinished ON jobs (key) WHERE state IN ('queued', 'running', 'rendered');
CREATE INDEX jobs_of_person ON jobs (user_id, state);

CREATE TABLE pictures (
    job INTEGER NOT NULL REFERENCES jobs (key) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    file TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;
