"""The words in the address of a link. Most of an address is none: numbers, codes, `www`, `html`."""

import re
from collections.abc import Callable, Sequence
from urllib.parse import unquote

from core.inference.text.known_words import run_together
from core.inference.text.letters import PlainLetters

_LINK = re.compile(r"https?:(?:[/\\]+)(\S+)", re.IGNORECASE)
# Letters alone; what stands beside digits is a part of a code.
_PIECE = re.compile(r"(?<![^\W_])[^\W\d_]{3,}(?![^\W_])")
_CAMEL_CASE = re.compile(r"(?:[a-z]+|[A-Z][a-z]+|A|I)(?:[A-Z][a-z]+|A|I)+")
_HUMP = re.compile(r"[A-Z]?[a-z]*")
_IN_EVERY_ADDRESS = frozenset(
    ("www", "com", "org", "net", "html", "htm", "php", "asp", "aspx", "jpg", "jpeg", "png", "gif")
)
_PUNYCODE = re.compile(r"(?<![^\W_])xn--([a-z0-9-]{1,59})", re.IGNORECASE)
_MOST_ENCODINGS = 3  # an encoded text may be encoded again

_ENCODED = re.compile(r"%[0-9a-fA-F]{2}")
# Between spaces, quotes and brackets, with a sign in it that addresses have.
_TOKEN = re.compile(r"(?<![^\s<>\"'])[^\s<>\"'/%:.?]*+[/%:.?][^\s<>\"']++")
_QUERY = re.compile(r"[?&][\w.-]+=[^\W_]+(?:\+[^\W_]+)+")
_SITE = re.compile(
    r"(?<![^\W_])(?:www\.|(?:data|javascript|mailto):)|[^\W_]:[/\\]|"
    r"[^\W_]\.[a-z]{2,9}/",
    re.IGNORECASE,
)
_SITE_SIGNS = ("/", "www.", "WWW.", "mailto:", "data:", "javascript:")  # one is in every match
# Words and words with a short number at an end. An address with two of those is no code.
_WORD = re.compile(r"(?<![^\W_])\d{0,2}([^\W\d_]+)\d{0,2}(?![^\W_])")
_NUMBERED = re.compile(r"(?<![^\W_])(?:\d{1,2}[^\W\d_]{3,}|[^\W\d_]{3,}\d{1,2})(?![^\W_])")
# Words with a digit between each two of them.
_PARTED = re.compile(r"(?<![^\W_])\d?[^\W\d_]++(?:\d[^\W\d_]++){2,}+\d?+(?![^\W_])")
_LONG_WORD = re.compile(r"[a-z]{3,}")
# A word of one or two letters, which the first reading leaves out, in a row of words.
_SHORT = re.compile(
    r"(?<![^\W_])(?:[^\W\d_]+[-_]+[^\W\d_]{1,2}|[^\W\d_]{1,2}[-_]+[^\W\d_]{3,}[-_]+[^\W\d_]+)"
    r"(?![^\W_])"
)
_LEAST_LONG = 3
_LEAST_NUMBERED, _LEAST_CAMEL_CASE = 2, 8


class _Gaps(dict[int, str]):
    """A table for `str.translate` that fills itself: a gap for what is read as words by its name,
    as emoji are. In an address it parts words."""

    def __missing__(self, code: int) -> str:
        self[code] = char = " " if _LETTERS[code][:1] == " " else chr(code)
        return char


_LETTERS, _GAPS = PlainLetters("", " "), _Gaps()
Plain = Callable[[str], str]
"""Makes styled letters plain."""


def with_address_words(text: str, plain: Plain) -> str:
    """The text with each address as the word "link", followed by the words in it."""

    def words(match: re.Match[str]) -> str:
        found = ["link"]
        for piece in _PIECE.findall(_decoded(match[1], plain)):
            found += _words_of(piece)
        return " ".join(found)

    return _LINK.sub(words, text) if ":/" in text or ":\\" in text else text


def with_every_address_word(text: str, plain: Plain) -> str:
    """The same, but also for addresses without a scheme that hide their words, and with all of
    their words, short, numbered and run-together ones too. Other addresses stay as they are."""

    def words(match: re.Match[str]) -> str:
        if not _hides_words(match[0]):
            return match[0]
        address = _decoded(match[0], plain, is_query=True)
        address = re.sub(r"^[a-z][a-z0-9+.-]*:[/\\]*", "", address, flags=re.IGNORECASE)
        address = _PARTED.sub(lambda parted: re.sub(r"\d", " ", parted[0]), address)
        found = [word for piece in _WORD.findall(address) for word in _every_word_of(piece)]
        return " ".join(["link", *found])

    return _TOKEN.sub(words, text) if _may_hide_words(text) else text


def _may_hide_words(text: str) -> bool:
    """A quick test: looking for a sign is faster than looking for a pattern."""
    return (
        ("%" in text and _ENCODED.search(text) is not None)
        or ("+" in text and "=" in text and _QUERY.search(text) is not None)
        or any(sign in text for sign in _SITE_SIGNS)
    )


def _hides_words(token: str) -> bool:
    is_numbered = len(_NUMBERED.findall(token)) >= _LEAST_NUMBERED or any(
        len(_LONG_WORD.findall(parted)) >= _LEAST_LONG for parted in _PARTED.findall(token)
    )
    if _LINK.search(token):
        return is_numbered or _SHORT.search(token) is not None or _is_run_together(token)
    if _ENCODED.search(token) or _QUERY.search(token):
        return True
    if not _SITE.search(token):
        return False
    return (
        is_numbered
        or _is_run_together(token)
        or any(
            len(piece) >= _LEAST_CAMEL_CASE and _CAMEL_CASE.fullmatch(piece)
            for piece in _PIECE.findall(token)
        )
    )


def _is_run_together(token: str) -> bool:
    pieces = _PIECE.findall(token)
    return any(run_together(piece) for piece in pieces if not _CAMEL_CASE.fullmatch(piece))


def _decoded(address: str, plain: Plain, *, is_query: bool = False) -> str:
    for _ in range(_MOST_ENCODINGS):
        if not _ENCODED.search(address):
            break
        address = unquote(address)
    if "xn--" in address.lower():
        address = _PUNYCODE.sub(_in_own_letters, address)
    address = plain(address.translate(_GAPS))
    return address.replace("+", " ") if is_query else address


def _words_of(piece: str) -> list[str]:
    if piece.islower() or piece.istitle() or piece.isupper():
        return [] if piece in _IN_EVERY_ADDRESS else [piece]
    return list(filter(None, _HUMP.findall(piece))) if _CAMEL_CASE.fullmatch(piece) else []


def _every_word_of(piece: str) -> Sequence[str]:
    return run_together(piece) or _words_of(piece)


def _in_own_letters(match: re.Match[str]) -> str:
    """With the letters as written: only in the name of a site they are a code."""
    try:
        return f"{match[1].encode().decode('punycode')} {match[1]}"
    except UnicodeError:
        return match[0]
