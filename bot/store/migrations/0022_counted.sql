-- For how many pictures a job counts in a day's limits: what enlarges one, or draws over a large one, costs more than a
-- picture and counts as more. Of what was asked for before, each picture counted as one.

ALTER TABLE jobs ADD COLUMN counted INTEGER NOT NULL DEFAULT 1; -- bot.queue.ticket.counted
UPDATE jobs SET counted = pictures;

DROP INDEX jobs_of_person_by_age;
DROP INDEX jobs_of_server_by_age;
CREATE INDEX jobs_of_person_by_age ON jobs (user_id, created_at, state, counted, guild_id);
CREATE INDEX jobs_of_server_by_age ON jobs (guild_id, created_at, state, counted);
