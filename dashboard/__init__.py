"""The web pages. Thin: they show what services return and call services for each action."""
