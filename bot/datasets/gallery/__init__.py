"""The gallery: the pictures of a dataset with their labels, for whoever asks."""
