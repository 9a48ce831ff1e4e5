"""The rows a model learns from: named sets, own examples, splits."""
