"""The form of a new labeling job: its fields, their rules, its pages and the review (all pure)."""
