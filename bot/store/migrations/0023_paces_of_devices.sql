-- Several cards may draw, and each kind has a pace of its own.

ALTER TABLE paces RENAME TO paces_of_any_device;

CREATE TABLE paces (
    device TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    guided INTEGER NOT NULL CHECK (guided IN (0, 1)),
    at_once INTEGER NOT NULL,
    step_s REAL NOT NULL,
    measured INTEGER NOT NULL,
    PRIMARY KEY (device, width, height, guided, at_once)
) STRICT, WITHOUT ROWID;

INSERT INTO paces SELECT '', width, height, guided, at_once, step_s, measured FROM paces_of_any_device;

DROP TABLE paces_of_any_device;
