"""Token ids, and batches of rows of similar length in an order fixed by the seed."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from tokenizers import Tokenizer

_POOL_BATCHES = 50
"""Batches sorted by length together: a compromise between little padding and good mixing."""


def load_tokenizer(path: Path, max_tokens: int) -> Tokenizer:
    """A tokenizer that truncates and does not pad."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.enable_truncation(max_length=max_tokens)
    tokenizer.no_padding()
    return tokenizer


def encode(tokenizer: Tokenizer, texts: Sequence[str]) -> list[list[int]]:
    """Token ids of each text, special tokens included."""
    return [encoding.ids for encoding in tokenizer.encode_batch_fast(list(texts))]


def shuffled_batches(lengths: Sequence[int], rows: int, *, seed: int) -> Iterator[list[int]]:
    """Batches of row numbers, each number once; rows of a batch have similar length, and batches
    are in random order."""
    chance = random.Random(seed)
    order = list(range(len(lengths)))
    chance.shuffle(order)
    pool = rows * _POOL_BATCHES
    batches = []
    for start in range(0, len(order), pool):
        near = sorted(order[start : start + pool], key=lengths.__getitem__)
        batches += [near[at : at + rows] for at in range(0, len(near), rows)]
    chance.shuffle(batches)
    yield from batches
