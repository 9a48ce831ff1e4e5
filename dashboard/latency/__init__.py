"""The latency page: how long scoring takes."""
