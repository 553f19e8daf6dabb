"""What people write who come from another program: its marks and its syntax, as ours where that is the same thing."""
