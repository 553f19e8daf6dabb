"""`python -m bot check`: looks at everything that a running bot needs, and says what to do about each thing."""
