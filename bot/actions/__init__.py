"""What commands, buttons and forms do; a picture's own way is `bot.flow`, and what people are owed is in `bot.care`."""
