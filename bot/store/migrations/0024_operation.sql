-- What the operator decided while the bot ran: which servers draw nothing, and what holds for everybody.

CREATE TABLE blocked_servers (
    guild_id INTEGER PRIMARY KEY,
    at REAL NOT NULL
) STRICT;

CREATE TABLE operation (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    paused INTEGER NOT NULL CHECK (paused IN (0, 1)), -- nothing is begun
    closed INTEGER NOT NULL CHECK (closed IN (0, 1)) -- nothing new is taken
) STRICT;
