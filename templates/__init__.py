"""Text for people: instructions per task type and the worker pages they are rendered into."""
