"""The line of jobs: whose turn it is, how much may wait, how long it takes; it knows neither Discord nor the store."""
