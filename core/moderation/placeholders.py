"""Texts that a source writes in place of a comment that is gone, such as `[removed]`. Pure."""

import re
import unicodedata

from core.moderation.cleaning import clean_text

MAX_PLACEHOLDER_CHARS = 200  # a placeholder with its markup
_WORD = re.compile(
    "deleted|removed|withdrawn|retracted|erased|redacted|flagged|dead", re.IGNORECASE
)
_MARKDOWN = str.maketrans("", "", "\\*_`~")
_CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}
_NOUN = (
    "(?:(?:this|that|the|your) )?(?:comment|message|post|reply|tweet|toot|submission)"
    "(?: (?:was|is|has been|had been))?"
)
_GONE = "(?:(?:permanently|automatically) )?(?:deleted|removed|withdrawn|retracted|erased|redacted)"
_WHO = (
    "(?:(?:the|its|an?) )?(?:(?:original|comment|post|tweet|site|forum) )?"
    "(?:author|creator|user|owner|poster|op|mods?|moderators?|moderation|admins?|administrators?|"
    "staff|bot|automod|automoderator)"
)
_SOON = (
    "(?:,? (?:and )?will be (?:automatically |permanently )?(?:deleted|removed) in [0-9]+ hours?"
    "(?: unless flagged)?)?"
)
# In brackets it may be a word alone; without brackets it has to say what was deleted, or by whom.
_IN_BRACKETS = re.compile(
    f"(?:{_NOUN} )?{_GONE}(?: by (?:[a-z]+ ){{0,3}}[a-z]+)?{_SOON}|flagged|dead|flagged dead"
)
_WITHOUT = re.compile(
    f"{_NOUN} {_GONE}(?: by (?:{_WHO}|[a-z]+))?{_SOON}|{_GONE} by {_WHO}|permanently deleted"
)


def is_placeholder(text: str) -> bool:
    """Whether the text is what a source writes in place of a deleted comment."""
    if len(text) > MAX_PLACEHOLDER_CHARS or not _WORD.search(unicodedata.normalize("NFKC", text)):
        return False  # true of nearly every comment, and cleaning is slow
    words = unicodedata.normalize("NFKC", clean_text(text)).translate(_MARKDOWN)
    words = " ".join(words.split()).casefold()
    bare = _without_brackets(words)
    shape = _WITHOUT if bare == words.rstrip(".") else _IN_BRACKETS
    return bool(shape.fullmatch(bare))


def _without_brackets(words: str) -> str:
    """The words without a full stop at their end, and without brackets around all of them."""
    while True:
        bare = words.strip().rstrip(".").strip()
        if not bare or _CLOSING.get(bare[0]) != bare[-1]:
            return bare
        words = bare[1:-1]
