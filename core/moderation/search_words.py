"""The words of a text as the search knows them, whatever their case and accents. Pure.

SQLite's index has a tokenizer (`unicode61 remove_diacritics 2`) that PostgreSQL lacks: its own
depends on the database's locale and takes addresses and numbers with signs apart. This one gives
what SQLite's gives, but for characters younger than SQLite's tables.
"""

import re
import unicodedata
from functools import lru_cache

# A letter or digit, also with accents as characters of their own.
_WORD = re.compile("[^\\W_]+(?:[\u0300-\u036f]+[^\\W_]*)*")


def words_of(text: str) -> list[str]:
    """In the order of the text; they contain only letters and digits."""
    return [_folded(word) for word in _WORD.findall(text)]


def _folded(word: str) -> str:
    return word.lower() if word.isascii() else "".join(map(_folded_char, word))


@lru_cache(maxsize=4096)
def _folded_char(char: str) -> str:
    """One character at a time, so ß stays. Only Latin letters lose accents within them: й is no и
    with an accent."""
    if _is_accent(char):
        return ""
    folded = char.casefold()
    if len(folded) != 1:
        folded = char.lower()
    parts = unicodedata.normalize("NFD", folded)
    plain = "".join(part for part in parts if not _is_accent(part))
    return plain if plain.isascii() else folded


def _is_accent(char: str) -> bool:
    return "\u0300" <= char <= "\u036f"
