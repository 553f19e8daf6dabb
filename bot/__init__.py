"""The process that members talk to: Discord on one side, the engine on the other, never torch."""
