"""What a message looks like in each state of its job, its buttons and forms; what these do is in `bot.actions`."""
