"""Labeljob: the Slack bot that coordinates data labeling with Ground Truth and Rekognition Custom
Labels.
"""
