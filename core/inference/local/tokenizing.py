"""Turns comments into token ids, with the tokenizer shipped with the weights."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import MissingExtra, ModelNotUsable
from core.inference.base import Passage
from core.inference.text.form import readings
from core.inference.windows import TokenWindow, cut_windows, token_rule

_RAW_CHARS_FACTOR = 4
"""How many characters are cleaned for each one that is read: markup is dropped by cleaning."""
_READINGS_FACTOR = 2
"""All readings of a text share twice the characters that are read of one: hostile texts have
dozens of readings."""


@dataclass(frozen=True, slots=True)
class SplitText:
    """A text that is read in several forms or windows: where each is, and how many characters after
    the last window were not read. `is_long`: a form of it has more tokens than are read at once."""

    passages: Sequence[Passage]
    unread_chars: int
    is_long: bool = True


@dataclass(frozen=True, slots=True)
class Tokenized:
    """Rows of token ids, texts in input order. `split_texts`, by their index, have a row for each
    of their passages; every other text has one row."""

    ids: list[list[int]]
    split_texts: Mapping[int, SplitText] = field(default_factory=dict)

    def rows(self, text_count: int) -> list[range]:
        """The rows of each of the `text_count` texts."""
        found: list[range] = []
        start = 0
        for index in range(text_count):
            split = self.split_texts.get(index)
            stop = start + (len(split.passages) if split else 1)
            found.append(range(start, stop))
            start = stop
        return found


class CommentTokenizer:
    """Cuts each text with more than `max_tokens` tokens, special ones included, into windows. Reads
    about `read_chars` characters of a text. Adds no padding."""

    def __init__(self, path: Path, *, max_tokens: int, read_chars: int) -> None:
        try:
            from tokenizers import Tokenizer
        except ImportError as error:
            raise MissingExtra(
                "the shipped model needs tokenizers: pip install tokenizers"
            ) from error
        try:
            # The first one cuts: it finds out quickly which texts are long. The second one reads
            # those whole.
            self._cutting = Tokenizer.from_buffer(path.read_bytes())
            self._whole = Tokenizer.from_buffer(path.read_bytes())
        except (OSError, ValueError) as error:
            raise ModelNotUsable(f"can't read the tokenizer in {path.name}: {error}") from error
        self._cutting.enable_truncation(max_length=max_tokens)
        self._cutting.no_padding()
        self._whole.no_truncation()
        self._whole.no_padding()
        self._read_chars = read_chars
        self._before, self._after = special_tokens(
            self._whole.encode("a").ids, self._whole.encode("a", add_special_tokens=False).ids
        )
        size = max_tokens - len(self._before) - len(self._after)
        self._rule = token_rule(size, read_chars)

    def encode(self, texts: Sequence[str]) -> Tokenized:
        """Accepts any string: markup, emoji, lone surrogates and megabytes."""
        raw_chars = _RAW_CHARS_FACTOR * self._read_chars
        forms = [self._forms(text[:raw_chars]) for text in texts]
        flat = [form[:chars] for each in forms for form, chars in each]
        encodings = iter(self._cutting.encode_batch_fast(flat))
        ids: list[list[int]] = []
        split_texts: dict[int, SplitText] = {}
        for index, each in enumerate(forms):
            read = [
                self._read(form, chars, at, next(encodings))
                for at, (form, chars) in enumerate(each)
            ]
            ids += (row for one in read for row in one.rows)
            beyond = max(0, len(texts[index]) - raw_chars)
            if len(read) > 1 or len(read[0].rows) > 1 or read[0].unread_chars or beyond:
                split_texts[index] = SplitText(
                    passages=[passage for one in read for passage in one.passages],
                    unread_chars=max(one.unread_chars for one in read) + beyond,
                    is_long=beyond > 0 or any(len(one.rows) > 1 for one in read),
                )
        return Tokenized(ids, split_texts)

    def _forms(self, text: str) -> list[tuple[str, int]]:
        """The readings of the text, each with how many of its characters are read."""
        found = []
        left = _READINGS_FACTOR * self._read_chars
        for form in readings(valid_text(text)):
            chars = min(len(form), self._read_chars, left)
            left -= chars
            found.append((form, chars))
        return found

    def _read(self, form: str, chars: int, reading: int, encoding: Any) -> "_Reading":
        """The beginning of the `reading`-th form of a text; `encoding` is its own, perhaps cut."""
        if not encoding.overflowing and len(form) == chars:
            return _Reading([encoding.ids], [Passage(0, chars, reading)], 0)
        whole = self._whole.encode(form[:chars], add_special_tokens=False)
        windows = cut_windows(len(whole.ids), self._rule, word_starts(whole.word_ids))
        rows = [[*self._before, *whole.ids[w.start : w.stop], *self._after] for w in windows]
        passages = passages_of(windows, whole.offsets, reading)
        return _Reading(rows, passages, len(form) - passages[-1].end)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A row for each passage of one form of a text; `unread_chars` of it are in no passage."""

    rows: list[list[int]]
    passages: list[Passage]
    unread_chars: int


def passages_of(
    windows: Iterable[TokenWindow],
    offsets: Sequence[tuple[int, int]],
    reading: int | None = None,
) -> list[Passage]:
    """Where windows of tokens are in the text, or in its `reading`-th form; `offsets` says where
    each token is."""
    return [
        Passage(offsets[window.start][0], offsets[window.stop - 1][1], reading)
        if window.stop > window.start
        else Passage(0, 0, reading)
        for window in windows
    ]


def word_starts(word_ids: Sequence[Any]) -> list[bool]:
    """Of each token, whether a word begins there, from the number of its word."""
    return [at == 0 or word != word_ids[at - 1] for at, word in enumerate(word_ids)]


def special_tokens(whole: Sequence[int], plain: Sequence[int]) -> tuple[list[int], list[int]]:
    """What a tokenizer puts before and after the `plain` tokens of a text to make it `whole`."""
    start = next(at for at in range(len(whole)) if list(whole[at : at + len(plain)]) == list(plain))
    return list(whole[:start]), list(whole[start + len(plain) :])


def valid_text(text: str) -> str:
    """Lone surrogates become question marks: the tokenizer accepts valid Unicode only."""
    return text.encode("utf-8", "replace").decode("utf-8")
