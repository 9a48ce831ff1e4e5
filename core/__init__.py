"""Everything but the pages: rules, services, stores, backends, sources, the API and the CLI."""
