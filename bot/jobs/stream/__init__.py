"""Streaming jobs: objects that come while a job runs."""
