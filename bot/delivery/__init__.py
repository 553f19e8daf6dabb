"""A job's message in Discord: found, edited as often as Discord allows, and ended with the pictures."""
