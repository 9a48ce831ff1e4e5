"""The serving log of several machines: finished segments in a store that they share."""
