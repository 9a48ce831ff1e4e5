"""Backends over HTTP: one file a wire protocol, all over one transport."""
