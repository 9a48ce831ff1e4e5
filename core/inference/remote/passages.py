"""Cuts texts that are too long for a server into windows; by bytes, without its tokenizer."""

from core.inference.base import Passage
from core.inference.windows import CHARS_PER_TOKEN, cut_windows, window_rule

_SMALLEST = 64
_CHARACTER = 4
"""A window may begin inside a character, which then adds up to so many bytes."""
_SPACES = frozenset(b" \t\r\n")


def window_bytes(max_tokens: int, max_bytes: int | None) -> int | None:
    """The bytes of a text that fit one request: from the most tokens (0: unknown) and the most
    bytes that a server takes; None if neither is known. A letter of most other scripts has as many
    bytes as three of English."""
    limits = [max_bytes] if max_bytes is not None else []
    if max_tokens:
        limits.append(CHARS_PER_TOKEN * max_tokens)
    return max(_SMALLEST, min(limits)) if limits else None


def cut_passages(text: str, size: int, read_chars: int) -> list[Passage]:
    """The windows of a text, each at most `size` bytes long; one if the text fits. At most
    `read_chars` characters are read."""
    raw = text[:read_chars].encode("utf-8", "replace")
    if len(raw) <= size:
        return [Passage(0, min(len(text), read_chars))]
    word_starts = [at == 0 or raw[at - 1] in _SPACES for at in range(len(raw) + 1)]
    rule = window_rule(size - _CHARACTER, len(raw))
    windows = cut_windows(len(raw), rule, word_starts)
    return [
        Passage(_characters(raw[: window.start]), _characters(raw[: window.stop]))
        for window in windows
    ]


def _characters(raw: bytes) -> int:
    """Whole characters only: a window may end inside one."""
    return len(raw.decode("utf-8", "ignore"))
