"""The console's pages. Thin: they show what services return and pass on what a person wants."""
