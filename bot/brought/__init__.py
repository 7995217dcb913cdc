"""Files that somebody brings, of Slack or as zips in S3, and the way of them into S3: for jobs and
for datasets.
"""
