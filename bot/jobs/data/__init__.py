"""What a job's data need: a place in S3, and which files a task type reads."""
