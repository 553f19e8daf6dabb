"""A small illustrator: draws people, places and things in one hand, and says what it drew and where."""
