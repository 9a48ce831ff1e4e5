"""Backends over HTTP: one file for each wire protocol, all on one transport."""
