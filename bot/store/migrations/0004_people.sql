-- What people keep for themselves: it goes when they say so, and with nothing else.

CREATE TABLE defaults (
    user_id INTEGER PRIMARY KEY,
    options TEXT NOT NULL -- JSON of those of bot.request.Options that were set
) STRICT;

CREATE TABLE favourites (
    user_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (user_id, name)
) STRICT, WITHOUT ROWID;
