"""Whether two backends give the same comments the same answers, and if not, why."""
