"""The latency page: what scoring costs in time."""
