"""The backends page: the state of each backend, and a trial of one comment on several."""
