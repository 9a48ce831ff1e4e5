"""A small first stage that clears harmless comments, and the proof that it misses few flags."""
