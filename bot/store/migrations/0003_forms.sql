-- Forms that were opened with a recipe read from a picture: what they do not show is found again when they are sent.

CREATE TABLE forms (
    key INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice, like those of jobs
    user_id INTEGER NOT NULL,
    options TEXT NOT NULL, -- JSON of bot.request.Options
    opened_at REAL NOT NULL
) STRICT;

CREATE INDEX forms_of_person ON forms (user_id);
CREATE INDEX forms_by_age ON forms (opened_at);
