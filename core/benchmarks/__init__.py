"""Benchmarks: each `run` gives a table as plain data."""
