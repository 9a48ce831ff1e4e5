"""The page Policy: the bands in force, drafts of the next ones tried on the past, versions."""
