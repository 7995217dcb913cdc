"""A stand-in for Slack: Web API, interactivity, Socket Mode, limits, and the page on which people
use it.
"""
