"""The two forms of a comment in training: what the network reads, and what names its scores."""

import hashlib

from core.inference.text.form import model_text

_DIGITS = 32


def network_text(text: str) -> str:
    """What the network reads of a comment: the newest form of `core.inference.text`."""
    return model_text(text)


def key_of_first_form(text: str) -> str:
    """The name of a comment's row in a teacher's file, which holds no text: a digest of the text in
    the first form, whatever form the network reads."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
