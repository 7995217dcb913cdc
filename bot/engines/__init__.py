"""Where labeling happens: what every engine can be asked, and the engines there are."""
