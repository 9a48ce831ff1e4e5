"""Tunes the shipped model with a site's own labelled comments, and says whether that helped."""
