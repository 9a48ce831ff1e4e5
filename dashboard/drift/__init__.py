"""The page Drift: how long comments and people wait, what waits now and who decided how many."""
