"""Compares two backends on the same comments, and finds why they differ."""
