"""What there is, and what becomes of it whoever acts: the state and its changes, who is told, the clock, faults."""
