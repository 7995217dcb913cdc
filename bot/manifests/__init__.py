"""Manifests: JSON Lines read and checked as streams, made from folders, converted between
dialects.
"""
