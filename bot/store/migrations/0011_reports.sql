-- Which pictures were reported, and what the moderators made of it. A report outlives its job, for whoever reports
-- without reason is known by that.

CREATE TABLE reports (
    job INTEGER NOT NULL,
    reporter TEXT NOT NULL, -- keyed hash of the user's id
    reporter_id INTEGER, -- NULL: this person asked to be forgotten
    author TEXT NOT NULL, -- likewise of whoever asked for the picture, who can be timed out after leaving, too
    guild_id INTEGER, -- NULL: a direct message
    reported_at REAL NOT NULL,
    hides INTEGER NOT NULL CHECK (hides IN (0, 1)), -- until it is decided
    outcome TEXT CHECK (outcome IN ('restored', 'deleted')), -- NULL: not decided
    decider_id INTEGER, -- NULL: not decided, or by somebody who asked to be forgotten
    decided_at REAL,
    notice_channel_id INTEGER, -- of the message that told the moderators; NULL: none did
    notice_id INTEGER,
    PRIMARY KEY (job, reporter)
) STRICT, WITHOUT ROWID;

CREATE INDEX reports_of_person ON reports (reporter, guild_id);
CREATE INDEX reports_by_age ON reports (reported_at);
