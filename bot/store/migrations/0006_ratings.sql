-- What a picture was seen to show, beside what was asked for.

ALTER TABLE pictures ADD COLUMN rating TEXT CHECK (rating IN ('safe', 'sensitive', 'nsfw', 'explicit')); -- NULL: nothing rated it
