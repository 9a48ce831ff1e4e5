"""Backends that run in this process; one file a runtime."""
