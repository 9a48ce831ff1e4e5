"""The page for a person's own settings."""
