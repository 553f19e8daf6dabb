"""What strangers bring is read in a process of its own, with limits of time, memory and output."""
