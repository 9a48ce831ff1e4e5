"""The appeals page: hear appeals against colleagues' decisions."""
