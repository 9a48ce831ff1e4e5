"""A small first stage before the full model, and what shows that it misses hardly a flag."""
