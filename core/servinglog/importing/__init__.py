"""Calls from the logs of other servers: which format, which unit, and how they enter the log."""
