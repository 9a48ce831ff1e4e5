"""The rules of moderation: pure functions and dataclasses without I/O and without a clock."""
