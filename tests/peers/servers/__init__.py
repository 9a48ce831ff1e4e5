"""Other servers of the same model, for comparison.

Each is a small program, run as `python -m tests.peers.servers.NAME FOLDER PORT` by an interpreter
that has its packages.
"""
