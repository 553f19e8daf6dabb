"""The way of a job between the gate and its delivery: taken in, given to the engine, drawn, and found again."""
