"""Data that somebody brings: files of Slack and zips, which are put into S3 before a launch."""
