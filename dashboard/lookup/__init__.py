"""What an author is told about a comment, on the public page and on the staff's."""
