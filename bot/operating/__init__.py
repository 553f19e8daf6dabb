"""What whoever runs the bot sees of it and tells it: health, metrics, systemd, signals."""
