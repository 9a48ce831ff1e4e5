"""The appeals page: hear appeals against others' decisions."""
