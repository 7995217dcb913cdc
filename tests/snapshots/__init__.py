"""What people, Slack and AWS get to see, byte for byte: the ground on which the house may be
rebuilt.
"""
