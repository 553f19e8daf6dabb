"""Picture files as containers of text: the recipe is read out of them, and goes along into other forms."""
