"""What a message looks like in each state of its job, and what its buttons do."""
