"""`python -m bot setup`: from a token to a bot that runs; every answer is checked when it is given."""
