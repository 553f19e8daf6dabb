"""What Discord documents and demands, as numbers, forms and judgements; nothing in here knows a world."""
