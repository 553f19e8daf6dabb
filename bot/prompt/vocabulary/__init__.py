"""The tags, characters and series that the model was trained on: what is known, and what to suggest."""
