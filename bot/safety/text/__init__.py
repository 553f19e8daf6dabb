"""What the text filter reads and finds: words in every form that they can hide in, never substrings of words."""
