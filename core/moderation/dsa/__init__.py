"""Statements of reasons as the transparency database of the EU takes them (DSA Articles 17 and
24(5))."""
