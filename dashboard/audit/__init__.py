"""The audit page: who did what, when, to which comment."""
