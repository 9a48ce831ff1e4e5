"""Backends that run in this process, one file for each runtime."""
