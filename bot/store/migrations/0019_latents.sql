-- Beside a picture's file lie the latents that it was decoded from, so that more can be made of it without drawing it
-- again. They come and go with the picture.

ALTER TABLE pictures ADD COLUMN latents_sha256 TEXT; -- of the file beside it with its latents; NULL: there is none
