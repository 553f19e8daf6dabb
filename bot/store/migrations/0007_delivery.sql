-- What delivery must know after a restart: how large files may be, who wants to be told, and which ends nobody saw yet.

ALTER TABLE jobs ADD COLUMN max_file_bytes INTEGER NOT NULL DEFAULT 10485760; -- Discord's usual limit
ALTER TABLE jobs ADD COLUMN tell INTEGER NOT NULL DEFAULT 0 CHECK (tell IN (0, 1)); -- until it was done
ALTER TABLE jobs ADD COLUMN untold INTEGER NOT NULL DEFAULT 0 CHECK (untold IN (0, 1));
ALTER TABLE jobs ADD COLUMN kept TEXT; -- a sentence: why the pictures are not in the message

-- As with jobs_unfinished, the query must repeat the condition word for word.
CREATE INDEX jobs_to_tell ON jobs (key) WHERE untold = 1 OR tell = 1;

-- A person's latest jobs; the key of a row follows in every index.
CREATE INDEX jobs_by_person ON jobs (user_id);

-- Who wants to be told of everything that took a while.
CREATE TABLE always_told (user_id INTEGER PRIMARY KEY) STRICT;
