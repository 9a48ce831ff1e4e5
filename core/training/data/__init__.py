"""The training data: named sets, the project's own examples, splits."""
