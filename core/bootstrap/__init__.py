"""The composition root: settings in, services, backends and sources out."""
