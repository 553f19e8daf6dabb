-- Who agreed to which terms, and when: shown to nobody else, and gone when the person says so.

CREATE TABLE acceptances (
    user_id INTEGER NOT NULL,
    version TEXT NOT NULL, -- of the terms as they were shown
    accepted_at REAL NOT NULL,
    PRIMARY KEY (user_id, version)
) STRICT, WITHOUT ROWID;
