"""The words in the address of a link. Most of an address is none: numbers, codes, `www`, `html`."""

import re
from urllib.parse import unquote

_LINK = re.compile(r"https?://(\S+)", re.IGNORECASE)
# Letters alone; what stands beside digits is a part of a code.
_PIECE = re.compile(r"(?<![^\W_])[^\W\d_]{3,}(?![^\W_])")
_CAMEL_CASE = re.compile(r"(?:[a-z]+|[A-Z][a-z]+|A|I)(?:[A-Z][a-z]+|A|I)+")
_HUMP = re.compile(r"[A-Z]?[a-z]*")
_IN_EVERY_ADDRESS = frozenset(
    ("www", "com", "org", "net", "html", "htm", "php", "asp", "aspx", "jpg", "jpeg", "png", "gif")
)


def with_address_words(text: str) -> str:
    """The text with each address as the word "link", followed by the words in it."""
    return _LINK.sub(_words, text)


def _words(match: re.Match[str]) -> str:
    found = ["link"]
    for piece in _PIECE.findall(unquote(match[1])):
        if piece.islower() or piece.istitle() or piece.isupper():
            if piece not in _IN_EVERY_ADDRESS:
                found.append(piece)
        elif _CAMEL_CASE.fullmatch(piece):
            found += filter(None, _HUMP.findall(piece))
    return " ".join(found)
