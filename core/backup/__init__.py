"""One file with everything a site needs to go on elsewhere, and an empty home filled from it."""
