"""The serving log: one record per backend call with its cost; writing, reading and querying."""
