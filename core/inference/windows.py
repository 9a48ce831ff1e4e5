"""Cuts a text that is longer than a network reads into overlapping windows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

READ_CHARS = 50_000
"""Characters of a text that are read, unless a setting says otherwise."""
CHARS_PER_TOKEN = 3
"""Fewer than in ordinary English, which has about 4.4: addresses and misspellings have fewer."""
_OVERLAP_SHARE = 4
_MOST_OVERLAP = 128
_SLACK_SHARE = 8


@dataclass(frozen=True, slots=True)
class TokenWindow:
    """The tokens from `start` up to `stop`, which is not part of it."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class WindowRule:
    """A window has at most `size` tokens and shares at least `overlap` of them with the next one.
    At most `most` windows of a text are read."""

    size: int
    overlap: int
    most: int


def window_rule(size: int, length: int) -> WindowRule:
    """The rule for windows of `size` tokens, as many as a text of `length` tokens may need."""
    overlap = min(size // _OVERLAP_SHARE, _MOST_OVERLAP)
    # To begin and to end between words, each window may move back by its slack.
    step = max(1, size - overlap - 2 * (size // _SLACK_SHARE))
    return WindowRule(size, overlap, 1 + max(0, -(-(length - size) // step)))


def token_rule(size: int, read_chars: int) -> WindowRule:
    """The rule for a tokenizer: enough windows for `read_chars` characters of English."""
    return window_rule(size, -(-read_chars // CHARS_PER_TOKEN))


def most_windows(max_tokens: int, read_chars: int) -> int:
    """About the most windows of `max_tokens` tokens that are read of a text."""
    return token_rule(max_tokens, read_chars).most


def cut_windows(
    length: int, rule: WindowRule, word_starts: Sequence[bool] | None = None
) -> list[TokenWindow]:
    """The windows over `length` tokens, in order; the first begins at 0. If the last one ends
    before `length`, the rest of the text is beyond `rule.most` windows and is not read.

    `word_starts` tells of each token whether a word begins there: windows begin and end between
    words, except inside a word that is longer than an eighth of a window.
    """
    slack = rule.size // _SLACK_SHARE
    windows: list[TokenWindow] = []
    start = 0
    while len(windows) < rule.most:
        stop = min(length, start + rule.size)
        if stop < length:
            stop = _word_start(stop, word_starts, above=stop - slack - 1)
        windows.append(TokenWindow(start, stop))
        if stop == length:
            break
        back = stop - rule.overlap
        start = _word_start(back, word_starts, above=max(start, back - slack - 1))
    return windows


def _word_start(at: int, word_starts: Sequence[bool] | None, *, above: int) -> int:
    """The last word start up to `at`; `at` itself if there is none above `above`."""
    if word_starts is None:
        return at
    return next((place for place in range(at, above, -1) if word_starts[place]), at)
