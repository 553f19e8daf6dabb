"""The recipes of other programs and of ours, out of pictures and texts: a module each, and one value that they give."""
