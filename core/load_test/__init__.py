"""Load tests: how much a server of the API takes before the objective breaks, and how that grows
with workers."""
