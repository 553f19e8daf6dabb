"""Slash commands and context menus: Discord options in, a Request out; no thought here."""
