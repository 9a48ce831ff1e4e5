"""Two periods or groups of calls compared: intervals, and whether a change is more than noise."""
