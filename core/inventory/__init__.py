"""What runs here: the installed packages, the model in force, and the data behind it."""
