"""The doors people use: what is typed, pressed, mentioned; a file or folder per slash command."""
