"""The statement about a comment that its author sees, on the public and the staff page."""
