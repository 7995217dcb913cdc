"""The practice workspace: one account and one Slack filled with an orchard's samples, and people
who use them.
"""
