"""Backends that run in this process; a file for each runtime."""
