"""Comments from files: CSV, JSON lines, JSON and Parquet."""
