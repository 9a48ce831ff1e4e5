"""Text that is written upside down: from its end to its start, in letters that look turned."""

_TURNED = "ɐɔǝɟƃɓɥᴉɾʞꞁɯɹʇʌʍʎ∀ƆƎℲ⅁⅂ԀΛ⅄"
"""Elsewhere these stand alone, or in phonetic spelling."""
_TABLE = str.maketrans(
    f"{_TURNED}ıןſ˥┴∩qbdpunMW¿¡˙", "acefgghijklmrtvwyACEFGLPVYilJLTUbqpdnuWM?!.", "\u0321\u0323"
)
_SURE = frozenset(_TURNED)
_LEAST = 3


def upright(text: str) -> str:
    """The text read after turning it; the same text if it has no such letters."""
    if text.isascii() or sum(char in _SURE for char in text) < _LEAST:
        return text
    return text[::-1].translate(_TABLE)
