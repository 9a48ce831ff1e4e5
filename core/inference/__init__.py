"""Backends that score comments, and the layers around them."""
