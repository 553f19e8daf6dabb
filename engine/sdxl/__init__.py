"""What every SDXL checkpoint shares, so that a single file needs nothing else: configs and tokenizers."""
