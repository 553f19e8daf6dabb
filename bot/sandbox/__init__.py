"""A Discord on loopback, good enough for the clients of many libraries; it knows nothing of the bot that it is for."""
