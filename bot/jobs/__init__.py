"""The story of a labeling job: asked for, accepted, launched, watched, stopped, told about."""
