"""Scoring a file on its own, with nothing stored."""
