-- What a file of the spool has to be, so that a damaged one is not shown; and how often a job lost its files and has to
-- be drawn again.

ALTER TABLE pictures ADD COLUMN sha256 TEXT; -- NULL: kept before there was one
ALTER TABLE jobs ADD COLUMN redrawn INTEGER NOT NULL DEFAULT 0;
