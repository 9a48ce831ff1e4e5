"""The severe words that come with the shipped model, and where a text has them."""

import json
from functools import cache
from pathlib import Path

from core.inference.manifest import SHIPPED_MODEL
from core.inference.text.bare_letters import BareLetters
from core.inference.text.form import UNREAD
from core.moderation.masking import SevereWords, TextSpan, mask

SEVERE_WORDS_FILE = "severe_words.json"
"""Made by `modconsole severe-words`; no word of it was chosen by hand."""
_LETTERS = BareLetters()


def read_severe_words(folder: Path = SHIPPED_MODEL) -> tuple[str, ...]:
    """The words of the model in that folder, in alphabetical order."""
    content = json.loads((folder / SEVERE_WORDS_FILE).read_text(encoding="utf-8"))
    return tuple(row["word"] for row in content["words"])


def severe_spans(text: str) -> tuple[TextSpan, ...]:
    """The parts of a displayed text to cover while severe words are masked, in text order and apart
    from each other. No span cuts a letter from its accents."""
    return mask(text, _shipped(), _LETTERS, unread=UNREAD)


@cache
def _shipped() -> SevereWords:
    return SevereWords(read_severe_words())
