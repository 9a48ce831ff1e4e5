"""The composition root: builds services, backends and sources from the settings."""
