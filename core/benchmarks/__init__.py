"""Benchmarks: each `run` returns a table as plain data."""
