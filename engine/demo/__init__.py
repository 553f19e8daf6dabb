"""The demo checkpoint: pictures that draw themselves, their tags, and the small model that learned from them."""
