"""Checkpoints that need no download: the small ones that this project makes itself."""
