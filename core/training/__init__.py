"""Training, evaluation and export of the shipped model."""
