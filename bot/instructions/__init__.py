"""Worker instructions: rich text in, safe HTML out, the worker page made from Jinja templates."""
