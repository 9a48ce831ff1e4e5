"""The hosts that the links of a readable text lead to, as browsers take them. Pure.

A link's host is what stands between the `@` of a user and the port, whatever is written around it:
WHATWG URL standard, "host parsing".
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from core.moderation.invisible import is_unseen

# Browsers take any number of slashes, also backward ones. What follows is the authority.
_WITH_SCHEME = re.compile(
    r"(?:(?:https?|ftp|wss?):[/\\]*|(?<![\w:/\\])[/\\]{2})([^\s/\\?#<>\"]+)", re.IGNORECASE
)
# What sites turn into a link by themselves. No part of an address, of a path or of an e-mail.
_BARE = re.compile(
    r"(?<![\w@./\\:=&?%#-])((?:[\w-]{1,63}\.)+[\w-]{2,63})\.?(?![\w@-])", re.IGNORECASE
)
# What each of them has, and few texts do.
_MAYBE_LINK = re.compile(r"[\w-]\.[\w-]|[:/\\][/\\]|:\w+%")
_NOT_IN_HOST = re.compile(r"[^\w.-]")
_DOTS = str.maketrans("\u3002", ".")
_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")
_PUNYCODE = "xn--"
_FEWEST_LABELS = 2
_LONGEST_HOST = 253
"""No longer name leads anywhere: RFC 1035, section 2.3.4."""
_LONGEST = 8  # a letter with its accents; hostile ones have thousands


class _Plain(dict[int, str]):
    """A table for `str.translate` that fills itself: each character as browsers read it."""

    def __missing__(self, code: int) -> str:
        self[code] = plain = _plain(chr(code))
        return plain


_PLAIN = _Plain()


class Link(NamedTuple):
    """A link's host, and where it stands: `text[start:end]`."""

    host: str
    start: int
    end: int


def links_in(text: str) -> Iterator[Link]:
    """The links of the text, in the order of their forms; one may be found twice. An address within
    another one counts, too: that is how redirects lead on."""
    # The slow reading, which keeps places, is for few texts.
    if not _MAYBE_LINK.search(text if text.isascii() else text.translate(_PLAIN)):
        return
    written, places = (text, None) if text.isascii() else _as_browsers_read(text)
    for form in (_WITH_SCHEME, _BARE):
        for match in form.finditer(written):
            host = host_of(match[1])
            if 0 < len(host) <= _LONGEST_HOST:
                start, end = match.span(1)
                if places is not None:
                    start, end = places[start], places[end - 1] + 1
                yield Link(host, start, end)


def host_of(authority: str) -> str:
    """The host in what stands between a link's slashes and its path: lower case, in Unicode,
    without user, port and trailing dots. Empty if there is none."""
    after_user = authority.rpartition("@")[2]
    if after_user.startswith("["):
        return after_user.partition("]")[0][1:].lower()
    name = unquote(after_user.partition(":")[0])
    if not name.isascii():
        name, _ = _as_browsers_read(name)
    name = _NOT_IN_HOST.split(name.lower().strip("\"'()[]{}"), maxsplit=1)[0]
    return ".".join(_label(each) for each in name.strip(".").split("."))


def domain_problem(domain: str) -> str | None:
    """What is wrong with the domain of a rule; None if it is written as `host_of` writes one."""
    if domain == host_of(domain) and _is_domain(domain):
        return None
    without_scheme = domain.strip().partition("//")[2] or domain.strip()
    meant = host_of(re.split(r"[/?#]", without_scheme, maxsplit=1)[0].removeprefix("*."))
    if meant != domain and _is_domain(meant):
        return f"{domain!r} is not a domain alone; write {meant!r}"
    return f"{domain!r} is not a domain such as 'example.org'"


def _is_domain(name: str) -> bool:
    labels = name.split(".")
    return len(labels) >= _FEWEST_LABELS and all(_LABEL.fullmatch(label) for label in labels)


def domains_above(host: str) -> Iterator[str]:
    """The host itself and every domain that it belongs to."""
    labels = host.split(".")
    for first in range(len(labels)):
        yield ".".join(labels[first:])


def _label(label: str) -> str:
    """In Unicode: `xn--mnchen-3ya` as `münchen`."""
    if not label.startswith(_PUNYCODE):
        return label
    try:
        return label[len(_PUNYCODE) :].encode("ascii").decode("punycode").lower()
    except UnicodeError:
        return label


def _as_browsers_read(text: str) -> tuple[str, list[int]]:
    """Without characters that are not drawn, styled ones plain; and for each character of it the
    place it comes from."""
    pieces: list[tuple[int, str]] = []
    for place, char in enumerate(text):
        if unicodedata.combining(char) and pieces and len(pieces[-1][1]) < _LONGEST:
            start, letter = pieces[-1]
            pieces[-1] = start, unicodedata.normalize("NFKC", letter + char)
        elif plain := _PLAIN[ord(char)]:
            pieces.append((place, plain))
    written = "".join(piece for _, piece in pieces)
    return written, [place for place, piece in pieces for _ in piece]


def _plain(char: str) -> str:
    if char.isspace():
        return char if char.isascii() else " "
    if not char.isascii() and is_unseen(char):
        return ""
    return unicodedata.normalize("NFKC", char).translate(_DOTS)
