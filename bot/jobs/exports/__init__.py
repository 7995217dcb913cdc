"""Exports of a job: its labels in another tool's format, and the ledger of its objects."""
