"""The front: whatever Slack sends comes in here, is authenticated, counted once and handed to a
listener.
"""
