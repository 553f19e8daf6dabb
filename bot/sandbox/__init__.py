"""A Discord on loopback, good enough for the real discord.py client; it knows nothing about Eshi."""
