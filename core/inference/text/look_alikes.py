"""Words written in letters of other scripts that look like Latin ones."""

import re

_OTHER_LETTER = re.compile(r"[^\W\x00-\x7f]")
_WORD = re.compile(r"\w+")


def folded(text: str) -> str:
    """The text with each word in Latin letters whose letters all look like Latin ones; words of
    other scripts stay. Takes the table of Unicode (UTS 39)."""
    if not _OTHER_LETTER.search(text):
        return text
    from disarm import normalize_confusables  # takes 80 ms to import

    def word(match: re.Match[str]) -> str:
        found = match[0]
        if found.isascii():
            return found
        latin = normalize_confusables(found)
        return latin if latin.isascii() and latin.isalpha() else found

    return _WORD.sub(word, text)
