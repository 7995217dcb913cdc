"""`labeljob manifest …`: what can be done with manifests in a terminal, without Slack."""
