"""What is asked before anything is queued, drawn or shown: who it is, where, whether it may be; and the log of that."""
