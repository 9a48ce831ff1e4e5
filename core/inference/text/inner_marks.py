"""Marks of Markdown and BBCode inside a word: where a site renders them, readers see none."""

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
_SIGNS = ("*", "[", "`", "||", "~~", "__")


def without_inner_marks(text: str) -> str:
    """The text with each word in one piece. Marks beside a word, not in it, are left."""
    if not any(sign in text for sign in _SIGNS):
        return text
    return _INNER.sub(lambda match: match["link"] or match["marked"] or "", text)
