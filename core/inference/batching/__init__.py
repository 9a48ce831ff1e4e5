"""Scores the texts of concurrent calls in shared batches."""
