"""The engine as the bot knows it: its process, the connection to it, what it says, and who is there together."""
