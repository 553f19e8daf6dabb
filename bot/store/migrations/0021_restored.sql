-- What was not at its end in a backup waits until somebody wants it, for it may have come to its end since.

ALTER TABLE jobs ADD COLUMN restored INTEGER NOT NULL DEFAULT 0 CHECK (restored IN (0, 1));
CREATE INDEX jobs_restored ON jobs (key) WHERE restored = 1;
