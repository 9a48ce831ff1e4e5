"""The page Quality: how far people agree, what they disagree on, and what the model misses."""
