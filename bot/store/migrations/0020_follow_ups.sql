-- Which picture a job makes more of, so that its chain can be told, and with what it was drawn, so that one that is to be
-- drawn again exactly can be told from one that cannot.

ALTER TABLE jobs ADD COLUMN parent_job INTEGER; -- it may be gone; NULL: it was asked for in words
ALTER TABLE jobs ADD COLUMN parent_picture INTEGER;
ALTER TABLE jobs ADD COLUMN drawn_with TEXT; -- JSON of bot.job.DrawnWith; NULL: not begun, or before it was kept
ALTER TABLE jobs ADD COLUMN begins TEXT CHECK (begins IN ('noise', 'latents', 'pixels')); -- its last attempt; NULL: none
