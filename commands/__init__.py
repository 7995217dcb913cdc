"""The doors people use: one file per slash command with its modal pages, picks and buttons."""
