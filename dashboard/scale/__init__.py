"""The page Does it scale?: load tests, where the objective breaks, and what more workers bring."""
