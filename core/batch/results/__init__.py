"""What a run over rows found: counts, the rows with the highest scores, drift, and all as CSV."""
