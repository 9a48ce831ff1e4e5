"""Turns comments into token ids, with the tokenizer shipped with the weights."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import MissingExtra, ModelNotUsable
from core.inference.base import Passage
from core.inference.text.form import model_text
from core.inference.windows import TokenWindow, cut_windows, token_rule

_RAW_CHARS_FACTOR = 4
"""How many characters are cleaned for each one that is read: markup is dropped by cleaning."""


@dataclass(frozen=True, slots=True)
class LongText:
    """A text that was cut into windows: where each is, and how many characters after the last one
    were not read."""

    passages: Sequence[Passage]
    unread_chars: int


@dataclass(frozen=True, slots=True)
class Tokenized:
    """Rows of token ids, texts in input order. `long_texts`, by their index, have a row for each of
    their passages; every other text has one row."""

    ids: list[list[int]]
    long_texts: Mapping[int, LongText] = field(default_factory=dict)

    def rows(self, text_count: int) -> list[range]:
        """The rows of each of the `text_count` texts."""
        found: list[range] = []
        start = 0
        for index in range(text_count):
            long_text = self.long_texts.get(index)
            stop = start + (len(long_text.passages) if long_text else 1)
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
        forms = [model_text(valid_text(text[:raw_chars])) for text in texts]
        encodings = self._cutting.encode_batch_fast([form[: self._read_chars] for form in forms])
        ids: list[list[int]] = []
        long_texts: dict[int, LongText] = {}
        for index, encoding in enumerate(encodings):
            beyond = max(0, len(texts[index]) - raw_chars)
            if not encoding.overflowing and len(forms[index]) <= self._read_chars and not beyond:
                ids.append(encoding.ids)
                continue
            rows, long_text = self._windows(forms[index], beyond)
            ids += rows
            long_texts[index] = long_text
        return Tokenized(ids, long_texts)

    def _windows(self, form: str, beyond: int) -> tuple[list[list[int]], LongText]:
        """`beyond` characters follow that are not part of `form`."""
        encoding = self._whole.encode(form[: self._read_chars], add_special_tokens=False)
        windows = cut_windows(len(encoding.ids), self._rule, word_starts(encoding.word_ids))
        rows = [[*self._before, *encoding.ids[w.start : w.stop], *self._after] for w in windows]
        passages = passages_of(windows, encoding.offsets, is_form=True)
        return rows, LongText(passages, len(form) - passages[-1].end + beyond)


def passages_of(
    windows: Iterable[TokenWindow], offsets: Sequence[tuple[int, int]], *, is_form: bool
) -> list[Passage]:
    """Where windows of tokens are in the text; `offsets` says where each token is."""
    return [
        Passage(offsets[window.start][0], offsets[window.stop - 1][1], is_form)
        if window.stop > window.start
        else Passage(0, 0, is_form)
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
