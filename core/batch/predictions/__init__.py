"""Batch scoring into a table of a database: one row of predictions for each row of comments."""
