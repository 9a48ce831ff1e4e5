"""The finished part of a serving log: rows by hour as Parquet, and sums by minute and by hour."""
