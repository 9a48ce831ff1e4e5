"""The two forms of a comment in training: what the network reads, and what names its scores."""

import hashlib

from core.inference.text.form import model_text
from core.moderation.cleaning import clean_text

_DIGITS = 32


def network_text(original: str) -> str:
    """What the network reads of a comment as its source sent it: the newest form of
    `core.inference.text`, made from the readable text as in scoring."""
    return model_text(clean_text(original))


def key_of_first_form(text: str) -> str:
    """The name of a comment's row in a teacher's file, which holds no text: a digest of the text in
    the first form, whatever form the network reads."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
