"""The words of a comment's readable text in the letters that a reader takes them for, without what
is not in the author's own words."""

import re
from urllib.parse import unquote

from core.inference.text.form import UNREAD, parts_of, readings
from core.inference.text.inner_marks import PICTURES
from core.inference.text.whole_words import with_whole_words

LETTERS = re.compile(r"[^\W\d_]")
_QUOTED = (">", re.compile(r"^[ \t]*>.*$", re.MULTILINE))
# Each with a piece that every match has: most comments have none of them, and looking for a piece
# is quick.
_NOT_WORDS = (
    ("://", re.compile(r"\w+://\S+")),
    ("www.", re.compile(r"\bwww\.\S+")),
    ("@", re.compile(r"(?<!\w)@\w+")),
    ("#", re.compile(r"(?<!\w)#\w+")),
    ("u/", re.compile(r"(?<!\S)/?u/\w+")),
    ("r/", re.compile(r"(?<!\S)/?r/\w+")),
)
_PICTURES = re.compile(PICTURES)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")  # CLD2 takes none of them
# Whatever a reader may take for other letters than it is.
_UNUSUAL = re.compile(
    "[^\x00-\x7f\u00a0-\u024f\u1e00-\u1eff\u2010-\u2015\u2018-\u203e\u20a0-\u20bf]"
)
_HOST = re.compile(r"://(?:[^\s/?#@]*@)?([^\s/?#:]+)")
LEAST_HYPHENS = 2
LINE_END = " | "
"""Between the lines of a text that was read in another form than it is written."""


def own_words(text: str) -> str:
    """Without quoted lines, addresses, names of accounts, tags and pictures. A text that has only
    quoted lines is taken for those."""
    mark, lines = _QUOTED
    if mark in text:
        answer = lines.sub(" ", text)
        text = answer if LETTERS.search(answer) else text
    for piece, pattern in _NOT_WORDS:
        if piece in text:
            text = pattern.sub(" ", text)
    if not text.isascii():
        text = _PICTURES.sub(" ", text)
    return text


def ways_to_read(words: str) -> tuple[str, ...]:
    """The distinct ways, as a model of this project reads them: struck and styled letters plain,
    letters that look like Latin ones Latin, parted letters as words, tags as words and as
    nothing."""
    may_have_tags = ("<" in words or "[U+202" in words) and UNREAD.search(words)
    if not may_have_tags and (words.isascii() or not _UNUSUAL.search(words)):
        return (_CONTROLS.sub(" ", with_whole_words(words)),)
    ways = readings(words.replace("\n", LINE_END))
    return tuple(_CONTROLS.sub(" ", way) for way in ways)


def displayed_and_hidden(text: str) -> tuple[str, str]:
    """What the comment displays and what it hides. One that displays no letter is taken for what
    it hides."""
    (_, displayed), *others = parts_of(text)
    hidden = "\n".join(part for _, part in others)
    return (displayed, hidden) if not hidden or LETTERS.search(displayed) else (hidden, "")


def host_words(text: str) -> list[str]:
    """The names in addresses that are a row of words, as in `i-will-find-you.example`. What follows
    the name is left out: newspapers put their headlines there."""
    if "://" not in text:
        return []
    names = (name for host in _HOST.findall(text) for name in unquote(host).split("."))
    return [name.replace("-", " ") for name in names if name.count("-") >= LEAST_HYPHENS]
