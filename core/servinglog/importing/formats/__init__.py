"""One file a log format: a line to the calls that it tells of. Pure."""
