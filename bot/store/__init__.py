"""SQLite and the spool: what must survive the death of the process."""
