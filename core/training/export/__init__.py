"""Export of trained weights to the shipped files."""
