-- What a preview showed and may still draw: its button finds the request here, after a restart too.

CREATE TABLE drafts (
    key INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice, like those of jobs
    user_id INTEGER NOT NULL,
    request TEXT NOT NULL, -- JSON of bot.request.Request
    created_at REAL NOT NULL
) STRICT;

CREATE INDEX drafts_of_person ON drafts (user_id);
CREATE INDEX drafts_by_age ON drafts (created_at);
