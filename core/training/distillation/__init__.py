"""Teachers and the first stage: networks that learn from other networks' scores."""
