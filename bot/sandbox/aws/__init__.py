"""A stand-in for AWS: SageMaker Ground Truth, Rekognition Custom Labels, S3, Logs and STS over
HTTP.
"""
