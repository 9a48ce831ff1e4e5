"""Starting, watching and ending servers."""
