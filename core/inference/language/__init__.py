"""Which language a text is in, and which backend scores it."""
