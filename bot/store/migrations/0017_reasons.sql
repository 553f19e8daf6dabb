-- Whoever reports a picture says why, and may take it back for a moment: then it comes back as it was. What was reported
-- before has no reason.

ALTER TABLE reports ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE reports ADD COLUMN words TEXT NOT NULL DEFAULT '';
ALTER TABLE reports ADD COLUMN spoiled INTEGER NOT NULL DEFAULT 0 CHECK (spoiled IN (0, 1));
ALTER TABLE reports ADD COLUMN withdrawn_at REAL;
