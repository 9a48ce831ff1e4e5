"""The page Cost: what 1,000 comments cost by each backend, beside speed and quality."""
