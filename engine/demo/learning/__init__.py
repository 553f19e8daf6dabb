"""Trains the demo checkpoint's networks, and a tagger, on pictures that the illustrator draws for it."""
