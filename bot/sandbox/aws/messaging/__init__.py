"""SNS and SQS, and the topics and queues that other services use as well."""
