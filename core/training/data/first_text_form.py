"""The form of a comment that models up to version 5 were trained on. Teachers' scores of training
rows are found by a hash of this form, so it must never change.

The encoder's vocabulary has no emoji and no styled letters, so both would reach it as "unknown":
emoji become their Unicode names and look-alike letters their plain form.
"""

import html
import re
import unicodedata

# Only tags of HTML: words in angle brackets must not vanish before the model reads them.
_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|center|code|dd|del|div|dl|dt|em|font|h[1-6]|hr|i|img|ins|li|"
    r"nowiki|ol|p|pre|q|ref|s|small|span|strike|strong|sub|sup|table|td|th|tr|tt|u|ul)"
    r"(?:\s[^<>]{0,500})?/?>",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?://\S+")
_SKIN_TONES = ("light", "light", "medium", "dark", "dark")
_REGIONAL = "REGIONAL INDICATOR SYMBOL LETTER "


def first_text_form(text: str) -> str:
    """Entities decoded, tags dropped, links as one word, emoji as words, styled letters plain."""
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "://" in text:
        text = _LINK.sub("link", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", "".join(map(_plain, text)))
    return " ".join(text.split())


def _plain(char: str) -> str:
    if char < "\u2100":
        return char
    if "\U0001f3fb" <= char <= "\U0001f3ff":
        return f" {_SKIN_TONES[ord(char) - 0x1F3FB]} skin "
    if unicodedata.category(char) != "So":
        return char
    name = unicodedata.name(char, "")
    if name.startswith(_REGIONAL):
        return name[-1].lower()
    return f" {name.lower()} "
