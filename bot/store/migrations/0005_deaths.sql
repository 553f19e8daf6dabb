-- How often the engine died while it had a job: such a job is drawn alone, and given up when it kills the engine alone.

ALTER TABLE jobs ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN lone_deaths INTEGER NOT NULL DEFAULT 0; -- those of them at which it had no other job
