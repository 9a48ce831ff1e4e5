"""The page Transparency: restrictions, reports and appeals of a span, each number with its
query."""
