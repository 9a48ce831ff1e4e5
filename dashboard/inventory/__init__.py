"""The page What runs here?: packages, models, and the data behind the model."""
