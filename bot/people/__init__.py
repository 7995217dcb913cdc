"""Who may do what, which work team talks in which channel, and who wants to be told."""
