"""Texts of many callers scored together."""
