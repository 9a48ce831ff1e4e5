"""Conversion of a text to the form that a model reads."""
