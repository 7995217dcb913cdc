"""Rekognition Custom Labels: projects, datasets, trainings, models."""
