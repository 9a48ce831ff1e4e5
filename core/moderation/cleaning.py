"""Converts a comment's original text to the readable text that people read and models score.

Formatting tags become layout (line breaks, list items) and entities become characters. Any other
markup stays in the text: a moderator has to see a `<script>`.
"""

import html
import re
import unicodedata

from core.errors import InvalidInput
from core.moderation.invisible import is_blank, visible_form
from core.moderation.tag_pairs import KEPT_CLOSING, with_paired_tags

MAX_COMMENT_CHARS = 50_000

# Repetitions are possessive (`*+`, `++`), so that a hostile text can't cause quadratic
# backtracking. A tag is dropped only with these attributes; a tag with another one (`onclick`,
# `style`) stays.
_VALUE = r"""\s*+=\s*+(?:"[^"<>]*+"|'[^'<>]*+'|[^\s"'<>=]++)"""
_ATTRIBUTES = rf"(?:\s++(?:class|id|dir|lang|rel|target){_VALUE})*+"
_LINK = re.compile(
    rf"""<a{_ATTRIBUTES}\s++href\s*+=\s*+(?:"([^"<>]*+)"|'([^'<>]*+)'|([^\s"'<>]++))"""
    rf"{_ATTRIBUTES}\s*+>((?:[^<]|<(?!/?a[\s/>]))*+)</a\s*+>",
    re.IGNORECASE,
)
_PARAGRAPH = re.compile(rf"</?(?:p|div|blockquote|pre|ul|ol){_ATTRIBUTES}\s*+/?>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*+/?>", re.IGNORECASE)
_ITEM = re.compile(rf"<li{_ATTRIBUTES}\s*+>", re.IGNORECASE)
_INLINE = re.compile(
    rf"</?(?:i|b|em|strong|u|s|code|span|sub|sup){_ATTRIBUTES}\s*+/?>|</li\s*+>", re.IGNORECASE
)
_BARE_ANCHOR = re.compile(r"</?a\s*+>", re.IGNORECASE)
_MOST_DIGITS = 7  # the highest code point, 1,114,111, has seven digits
_NUMBER_REFERENCE = re.compile(r"&#(?=[0-9])0*+([0-9]*+)(;?)")
# C0 and C1 controls except tab and newline; zero-width characters except the joiners (emoji and
# some scripts need those); bidirectional controls.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff]"
)

_SURROGATE = re.compile("[\ud800-\udfff]")


def check_text(text: str) -> None:
    """Raises InvalidInput, with the reason, for a text that is empty, too long or not storable."""
    if is_blank(text):
        raise InvalidInput("the text is empty")
    if len(text) > MAX_COMMENT_CHARS:
        raise InvalidInput(
            f"the text has {len(text):,} characters; at most {MAX_COMMENT_CHARS:,} are taken"
        )
    if "\x00" in text:
        raise InvalidInput("the text holds a NUL character")
    if _SURROGATE.search(text):
        raise InvalidInput("the text holds a lone surrogate, which is not valid Unicode")


def is_storable(text: str) -> bool:
    """Whether every supported database can store the text: it has no NUL and no lone surrogate."""
    return "\x00" not in text and not _SURROGATE.search(text)


def clean_text(original: str) -> str:
    """The readable form of a comment in HTML or plain text, as its source sent it.

    Accepts any text and never raises; `check_text` refuses. Entities are decoded exactly once, so
    that text about markup (`&amp;lt;`) keeps its meaning; cleaning twice may change it.
    """
    text = original.replace("\r\n", "\n").replace("\r", "\n").replace(KEPT_CLOSING, "")
    text = with_paired_tags(text)
    text = _INLINE.sub("", text)
    text = _PARAGRAPH.sub("\n\n", text)
    text = _BREAK.sub("\n", text)
    text = _ITEM.sub("\n- ", text)
    text = _BARE_ANCHOR.sub("", _LINK.sub(_link_words, text))
    text = _decoded(text)
    text = _INVISIBLE.sub("", text).replace("\u00a0", " ")
    text = _SURROGATE.sub("", text)
    lines = (line.rstrip() for line in text.split("\n"))
    readable = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return "" if is_blank(readable) else readable


def is_same_text(original: str, other: str) -> bool:
    """Whether two original texts are equal once both are cleaned with the current rules, ignoring
    how accents (NFC or NFD), spaces and line ends are encoded, how many there are in a row, and
    characters that are not drawn."""
    return original == other or _compared(original) == _compared(other)


def _compared(original: str) -> str:
    text = unicodedata.normalize("NFC", visible_form(clean_text(original)))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(filter(None, lines))


def _link_words(match: re.Match[str]) -> str:
    """A link as plain text: only the address if the link's words are a part of it (sites shorten
    long addresses), else `words (address)`."""
    address = match.group(1) or match.group(2) or match.group(3) or ""
    words = match.group(4).strip()
    # Compare the decoded forms but return the encoded ones: clean_text decodes once, at the end.
    plain_address = _decoded(address)
    plain_words = _decoded(words).removesuffix("...")
    if not plain_words or plain_words in plain_address:
        return address
    return f"{words} ({address})"


def _decoded(text: str) -> str:
    # html.unescape passes the digits to int(), which raises for more than 4,300 digits.
    return html.unescape(_NUMBER_REFERENCE.sub(_short_reference, text))


def _short_reference(match: re.Match[str]) -> str:
    digits, end = match.groups()
    return "\ufffd" if len(digits) > _MOST_DIGITS else f"&#{digits or 0}{end}"
