"""What the bot costs, measured as ratios (`make bench`)."""
