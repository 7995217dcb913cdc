"""The story of models: trained from a project's datasets, run until an end, stopped."""
