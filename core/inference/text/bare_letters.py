"""Each character of a text as the plain Latin letters that a reader takes it for."""

import unicodedata

from core.inference.text.letters import PlainLetters

_PLAIN = PlainLetters("", "")
_SKIN_TONES = frozenset("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")


class BareLetters(dict[int, str]):
    """A table for `str.translate` that fills itself, as `core.moderation.masking.mask` takes it.

    It reads characters as the model's text form does (styled letters, letters of other scripts that
    look like Latin ones, characters that are not drawn), but each by itself, so that places are
    kept, and emoji as a gap.
    """

    def __missing__(self, code: int) -> str:
        self[code] = bare = _bare(chr(code))
        return bare


def _bare(char: str) -> str:
    if char.isascii():
        return char.lower()
    is_on_the_letter_before = unicodedata.category(char)[0] == "M" or char in _SKIN_TONES
    plain = "" if is_on_the_letter_before else _PLAIN[ord(char)]
    if not plain or len(plain.split()) != 1 or plain != plain.strip():
        return plain and " "
    parts = unicodedata.normalize("NFKD", plain)
    letters = "".join(part for part in parts if not unicodedata.combining(part)).lower()
    if len(letters) == 1 and letters.isalpha() and not letters.isascii():
        from disarm import normalize_confusables  # takes 80 ms to import

        letters = normalize_confusables(letters).lower()
    return letters if letters.isascii() and letters.isalnum() else char
