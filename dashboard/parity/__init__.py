"""The parity page: how far two backends' answers lie apart, and why."""
