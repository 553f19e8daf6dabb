-- Pictures that people bring to begin with: kept once for each person, and for as long as what was drawn from them. What
-- began with one is marked for ever, at any depth.

ALTER TABLE jobs ADD COLUMN from_upload INTEGER NOT NULL DEFAULT 0 CHECK (from_upload IN (0, 1));
ALTER TABLE jobs ADD COLUMN input TEXT; -- the checksum of the picture that its asker brought; NULL: none
ALTER TABLE jobs ADD COLUMN mask TEXT; -- likewise of the mask

CREATE INDEX jobs_by_message ON jobs (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX jobs_of_input ON jobs (user_id, input) WHERE input IS NOT NULL;
CREATE INDEX jobs_of_mask ON jobs (user_id, mask) WHERE mask IS NOT NULL;

CREATE TABLE inputs (
    user_id INTEGER NOT NULL,
    sha256 TEXT NOT NULL, -- of the file
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    rating TEXT CHECK (rating IN ('safe', 'sensitive', 'nsfw', 'explicit')), -- what it shows; NULL: nobody has looked
    withheld INTEGER NOT NULL DEFAULT 0 CHECK (withheld IN (0, 1)), -- nobody may see it
    brought_at REAL NOT NULL,
    PRIMARY KEY (user_id, sha256)
) STRICT, WITHOUT ROWID;
