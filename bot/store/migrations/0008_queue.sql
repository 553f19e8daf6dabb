-- What the line needs to know of a job without reading its request, and what moderators decided about it.

ALTER TABLE jobs ADD COLUMN width INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN height INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN pictures INTEGER NOT NULL DEFAULT 1;
ALTER TABLE jobs ADD COLUMN guided INTEGER NOT NULL DEFAULT 1 CHECK (guided IN (0, 1));
ALTER TABLE jobs ADD COLUMN cost REAL NOT NULL DEFAULT 0; -- bot.queue.ticket.cost_of
ALTER TABLE jobs ADD COLUMN weight REAL NOT NULL DEFAULT 1;
ALTER TABLE jobs ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1));
ALTER TABLE jobs ADD COLUMN moved_at REAL;

UPDATE jobs SET
    width = json_extract(request, '$.width'),
    height = json_extract(request, '$.height'),
    pictures = json_extract(request, '$.count'),
    guided = json_extract(request, '$.guidance') > 1,
    cost = json_extract(request, '$.width') * json_extract(request, '$.height') / 1048576.0
        * json_extract(request, '$.steps') * json_extract(request, '$.count')
        * CASE WHEN json_extract(request, '$.guidance') > 1 THEN 2 ELSE 1 END;

-- A restart reads a hundred thousand of these without touching their rows, and looks at the rest one by one; the
-- queries must repeat the conditions word for word.
CREATE INDEX jobs_waiting ON jobs (
    key, user_id, guild_id, width, height, pictures, guided, cost, weight, held, moved_at, state, message_id
) WHERE state = 'queued' AND message_id IS NOT NULL;
CREATE INDEX jobs_unsettled ON jobs (key) WHERE state IN ('running', 'rendered') OR state = 'queued' AND message_id IS NULL;
CREATE INDEX jobs_started ON jobs (started_at) WHERE started_at IS NOT NULL;
-- The pictures of a day are added up from these alone.
CREATE INDEX jobs_of_person_by_age ON jobs (user_id, created_at, state, pictures, guild_id);
CREATE INDEX jobs_of_server_by_age ON jobs (guild_id, created_at, state, pictures);

CREATE TABLE lines (
    guild_id INTEGER PRIMARY KEY,
    paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)), -- nothing of this server is started
    closed INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1)) -- nothing new is taken from it
) STRICT;

-- How long this machine takes: one row for each shape and number of pictures at once that was measured.
CREATE TABLE paces (
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    guided INTEGER NOT NULL CHECK (guided IN (0, 1)),
    at_once INTEGER NOT NULL,
    step_s REAL NOT NULL,
    measured INTEGER NOT NULL,
    PRIMARY KEY (width, height, guided, at_once)
) STRICT, WITHOUT ROWID;
