"""The engine on several cards: a front that speaks the wire, and one worker a card, carried by Ray."""
