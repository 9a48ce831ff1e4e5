"""Turns comments into token ids, with the tokenizer shipped with the weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import MissingExtra, ModelNotUsable
from core.inference.text.form import readings

_RAW_CHARS = 200_000
_READ_CHARS = 16_384
"""Characters kept before and after cleaning; far more than any network has tokens for."""


@dataclass(frozen=True, slots=True)
class Tokenized:
    """`ids` in input order. A text has a row of ids for each of its readings: `owners` has the
    text's index for each row. `truncated_count` texts had more tokens than the network reads."""

    ids: list[list[int]]
    owners: list[int]
    truncated_count: int


class CommentTokenizer:
    """Truncates each text to `max_tokens`, special tokens included. Adds no padding."""

    def __init__(self, path: Path, *, max_tokens: int) -> None:
        try:
            from tokenizers import Tokenizer
        except ImportError as error:
            raise MissingExtra(
                "the shipped model needs tokenizers: pip install tokenizers"
            ) from error
        try:
            self._tokenizer = Tokenizer.from_buffer(path.read_bytes())
        except (OSError, ValueError) as error:
            raise ModelNotUsable(f"can't read the tokenizer in {path.name}: {error}") from error
        self._tokenizer.enable_truncation(max_length=max_tokens)
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str]) -> Tokenized:
        """Accepts any string: markup, emoji, lone surrogates and megabytes."""
        rows = [
            (owner, reading)
            for owner, text in enumerate(texts)
            for reading in readings(valid_text(text[:_RAW_CHARS]))
        ]
        encodings = self._tokenizer.encode_batch_fast([form[:_READ_CHARS] for _, form in rows])
        cut = {
            owner
            for encoding, (owner, form) in zip(encodings, rows, strict=True)
            if encoding.overflowing or len(form) > _READ_CHARS or len(texts[owner]) > _RAW_CHARS
        }
        return Tokenized(
            [encoding.ids for encoding in encodings], [owner for owner, _ in rows], len(cut)
        )


def valid_text(text: str) -> str:
    """Lone surrogates become question marks: the tokenizer accepts valid Unicode only."""
    return text.encode("utf-8", "replace").decode("utf-8")
