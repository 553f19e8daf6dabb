"""From structured options to the prompt that the model was trained to read."""
