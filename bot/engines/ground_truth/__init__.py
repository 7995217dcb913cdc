"""Amazon SageMaker Ground Truth as a labeling engine."""
