"""Masks what names a person in free text: addresses, numbers, handles and given names. Pure.

It finds forms, not meanings: a name that nobody told it stays. The text is first brought to the
form that a reader sees, so that invisible characters and styled letters hide nothing. In doubt
more is masked: a statement is public.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator

from core.moderation.invisible import visible_form

MASK = "[removed]"
Span = tuple[int, int]
MOST_LETTERS = 64
"""Of an address whose letters are written apart."""
_AT_SPELT = re.compile(r"[(\[{<]\s{0,3}at\s{0,3}[)\]}>]", re.IGNORECASE)
_DOT_SPELT = re.compile(r"[(\[{<]\s{0,3}dot\s{0,3}[)\]}>]", re.IGNORECASE)
_WORD = re.compile(r"\S+")
_URL = re.compile(
    r"\b[a-z][a-z0-9+-]{0,20}\s{0,3}:\s{0,3}//\s{0,3}\S+"  # with a scheme
    r"|\bwww\s{0,3}\.\s{0,3}\S+"
    r"|(?<![\w.-])(?:[\w-]+\.)+[a-z]{2,}/\S*"  # a host and a path
    r"|(?<![\w/])/?(?:u|user|users|profile)/\w{3,}\S*",
    re.IGNORECASE,
)
_IBAN = re.compile(r"\b[A-Z]{2}[ -]?\d{2}(?:[ -]?[A-Z0-9]){11,30}\b", re.IGNORECASE)
_IP4 = re.compile(r"(?<![\d.])\d{1,3}(?:\s{0,3}\.\s{0,3}\d{1,3}){3}(?!\d)")
_IP6 = re.compile(r"(?<![\w:.])[0-9a-f:.]{2,45}(?![\w:])", re.IGNORECASE)
# Seven digits or more, with at most three marks between two of them; but no date YYYY-MM-DD.
_PHONE = re.compile(
    r"(?!\d{4}-\d\d-\d\d(?!\d|[-./ ]\d))"
    r"(?<!\d)[+(]{0,3}\d(?:[ \t\u2010-\u2015().\-/]{0,3}\d){6,}"
)


def mask_personal(text: str, names: Collection[str] = ()) -> str:
    """The text as a reader sees it, with `[removed]` in place of e-mail addresses, handles,
    addresses on the web, phone numbers, IBANs, IP addresses and the `names`."""
    if not text:
        return ""
    plain = _plain(text)
    for find in _FINDERS:
        plain = _masked(plain, find(plain))
    named = _names_pattern(names)
    return plain if named is None else named.sub(MASK, plain)


def personal_data_in(text: str) -> str | None:
    """A piece of the text that `mask_personal` would mask, None if there is none."""
    plain = _plain(text)
    spans = (span for find in _FINDERS for span in find(plain))
    first = next(spans, None)
    return None if first is None else plain[slice(*first)]


def _plain(text: str) -> str:
    if text.isascii() and text.isprintable():  # most of a statement, and the rest is slow
        return _DOT_SPELT.sub(".", _AT_SPELT.sub("@", text))
    seen = unicodedata.normalize("NFKC", visible_form(unicodedata.normalize("NFKC", text)))
    return _DOT_SPELT.sub(".", _AT_SPELT.sub("@", seen))


def _masked(text: str, spans: Iterable[Span]) -> str:
    """The text with a mask for each run of spans that overlap; they come in order."""
    parts: list[str] = []
    at = 0
    for first, end in spans:
        if first >= at:
            parts += [text[at:first], MASK]
        at = max(at, end)
    return "".join([*parts, text[at:]])


def _matches(pattern: re.Pattern[str]) -> Callable[[str], Iterator[Span]]:
    return lambda text: (found.span() for found in pattern.finditer(text))


def _addresses(text: str) -> Iterator[Span]:
    """Each word with an at sign, and the words that belong to it: e-mail addresses, also with
    spaces around signs or between letters, and handles."""
    words = [found.span() for found in _WORD.finditer(text)]
    spelt = [text[slice(*span)] for span in words]
    for at, word in enumerate(spelt):
        if "@" not in word:
            continue
        last = _last_word(spelt, at)
        is_address = word == "@" or last > at or "." in word.rpartition("@")[2].rstrip(".,;:!?)")
        first = _first_word(spelt, at) if is_address else at
        yield words[first][0], words[last][1]


def _first_word(words: list[str], at: int) -> int:
    """Where the address with its sign in word `at` begins: at the word before the sign, and before
    that at its first letter."""
    before = words[at].partition("@")[0]
    first = at
    while len(before) < 2 and first > 0 and at - first < MOST_LETTERS:
        is_apart = len(before) == 1
        before = words[first - 1]
        if is_apart and len(before) > 1:
            break  # the letters have begun: this is the word in front of them
        first -= 1
    return first


def _last_word(words: list[str], at: int) -> int:
    """Where the address ends: it goes on over a dot at either side of a space, and over letters
    written apart."""
    last, after = at, words[at].rpartition("@")[2]
    while last + 1 < len(words) and last - at < MOST_LETTERS:
        following = words[last + 1]
        goes_on = after == "" or after.endswith(".") or following.startswith(".")
        if not goes_on and not (len(after) == 1 and len(following) == 1):
            break
        last, after = last + 1, following
    return last


def _ip6(text: str) -> Iterator[Span]:
    for found in _IP6.finditer(text):
        words = found.group().rstrip(".")
        if words.count(":") > 1 and _is_ip6(words):
            yield found.start(), found.start() + len(words)


def _is_ip6(words: str) -> bool:
    try:
        ipaddress.IPv6Address(words)
    except ValueError:
        return False
    return True


_FINDERS = (_matches(_URL), _addresses, _ip6, *map(_matches, (_IBAN, _PHONE, _IP4)))


def _names_pattern(names: Collection[str]) -> re.Pattern[str] | None:
    """Matches each of the names as whole words, in any case."""
    known = {" ".join(_plain(name).split()) for name in names} - {""}
    if not known:
        return None
    longest_first = sorted(known, key=lambda name: (-len(name), name))
    return re.compile("|".join(map(_as_pattern, longest_first)), re.IGNORECASE)


def _as_pattern(name: str) -> str:
    words = r"\s+".join(map(re.escape, name.split()))
    before = r"(?<!\w)" if re.match(r"\w", name) else ""
    after = r"(?!\w)" if re.search(r"\w\Z", name) else ""
    return f"{before}{words}{after}"
