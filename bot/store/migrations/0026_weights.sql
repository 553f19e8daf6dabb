-- Which checkpoint and LoRAs a waiting job is drawn with, so that the line can keep jobs of one set together without reading requests.

ALTER TABLE jobs ADD COLUMN weights TEXT NOT NULL DEFAULT ''; -- bot.queue.ticket.weights_of

DROP INDEX jobs_waiting;
CREATE INDEX jobs_waiting ON jobs (
    key, user_id, guild_id, width, height, pictures, guided, cost, weights, weight, held, moved_at, state, message_id
) WHERE state = 'queued' AND message_id IS NOT NULL;
