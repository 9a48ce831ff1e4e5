"""Retries, circuits, pacing and fallback around a backend."""
