"""Which rating may be drawn and shown where; knows no Discord objects."""
