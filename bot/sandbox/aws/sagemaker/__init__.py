"""What SageMaker answers about labeling jobs, work teams, tags and worker templates; who labels is
`crowd`.
"""
