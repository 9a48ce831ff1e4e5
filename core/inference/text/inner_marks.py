"""Marks of Markdown and BBCode inside a word: where a site renders them, readers see none. Pictures
inside a word: readers see the word around them."""

import re

_LETTER = r"[^\W\d_]"
_TAGS = (
    "b|i|u|s|em|strong|strike|del|ins|mark|small|big|sup|sub|code|pre|quote|spoiler|font|size|"
    "colou?r|url|img|left|right|center"
)
_INNER = re.compile(
    rf"(?<={_LETTER})(?:"
    rf"(?:\[/?(?:{_TAGS})(?:=[^\]\s]{{0,99}})?\]|\*\*|\|\||~~|__)+"
    rf"|!?\[(?P<link>{_LETTER}*)\]\([^()\s]*\)"
    rf"|(?P<mark>[*`~])(?P<marked>{_LETTER}+)(?P=mark)"
    rf")(?={_LETTER})",
    re.IGNORECASE,
)
PICTURES = (
    "[\u2190-\u23ff\u2500-\u27bf\u2b00-\u2bff\ufe0f\u200d"
    "\U0001f000-\U0001f10f\U0001f18a-\U0001f1e5\U0001f200-\U0001faff]+"
)
"""But not letters in circles or squares, nor the regional ones."""
_INNER_PICTURES = re.compile(f"(?<={_LETTER}){PICTURES}(?={_LETTER})")
_SIGNS = ("*", "[", "`", "||", "~~", "__")


def without_inner_marks(text: str) -> str:
    """The text with each word in one piece. Marks beside a word, not in it, are left."""
    if not text.isascii():
        text = _INNER_PICTURES.sub("", text)
    if not any(sign in text for sign in _SIGNS):
        return text
    return _INNER.sub(lambda match: match["link"] or match["marked"] or "", text)
