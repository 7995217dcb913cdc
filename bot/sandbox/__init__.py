"""The practice workspace: stand-ins for AWS and Slack behind real HTTP, for people who have neither
account.
"""
