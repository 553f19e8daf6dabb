"""How long a test waits for what must come: one number, so large that no machine misses it that is merely slow.

Who passes never waits for it; who fails waits once.
"""

PATIENCE_S = 120.0
"""As the people of the local Discord have it; well below pytest's own limit, which tells less of what went on."""
