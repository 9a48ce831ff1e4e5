"""The review page: decide on flagged comments from the keyboard."""
