"""The backends page: how each backend stands, and a trial of one comment on several."""
