"""Measures a trained model."""
