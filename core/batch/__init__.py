"""Scores a file without storing anything in the console."""
