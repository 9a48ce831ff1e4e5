"""The serving log: what every call to a backend cost, written, read and asked about."""
