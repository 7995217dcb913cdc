"""Revisions of the database, applied by `labeljob migrate` and at the start."""
