"""The model card, written from a report."""
