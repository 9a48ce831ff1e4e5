"""The rules of moderation: pure, no I/O, no clock."""
