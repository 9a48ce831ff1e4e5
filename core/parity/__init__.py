"""Compares two backends on the same comments, and finds out why they differ."""
