"""The parity page: how much the scores of two backends differ, and why."""
