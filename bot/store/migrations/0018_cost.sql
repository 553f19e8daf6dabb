-- What a job costs follows what the UNet computes, in steps of one row of 832×1216 (engine.cost), no longer its
-- megapixels: attention grows with the square of the pixels. Old rows keep their steps, pictures and guidance.

UPDATE jobs SET cost = cost * (
    0.0077 + 0.8847 * width * height / 1011712.0 + 0.1076 * (width * height / 1011712.0) * (width * height / 1011712.0)
) / (width * height / 1048576.0) WHERE width > 0 AND height > 0;
