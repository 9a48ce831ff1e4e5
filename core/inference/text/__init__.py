"""What is made of a text before a model reads it."""
