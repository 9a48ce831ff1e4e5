"""Identity providers: who the person at a browser is, told by another server."""
