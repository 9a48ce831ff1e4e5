"""The review page: decide on what is flagged, from the keyboard."""
