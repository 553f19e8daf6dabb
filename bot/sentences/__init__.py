"""Everything that members read, as values: an id and what is filled in, defined here and rendered where it is sent."""
