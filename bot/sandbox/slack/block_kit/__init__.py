"""Slack's rules for blocks, elements and composition objects; `bot.sandbox.slack.validate` is the
door to them.
"""
