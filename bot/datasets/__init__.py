"""The story of a Rekognition Custom Labels dataset: asked for, loaded from a manifest, watched,
told about.
"""
