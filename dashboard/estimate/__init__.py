"""The page How long?: the time of a job of N comments, and what makes it faster."""
