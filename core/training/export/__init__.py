"""Trained weights as the files that ship."""
