"""Help: what a role is for, how to begin, and what it may do."""
