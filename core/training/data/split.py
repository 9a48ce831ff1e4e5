"""Splits comments into train, validation and test by hash, keeping groups together."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from core.training.data.datasets import Example


@dataclass(frozen=True, slots=True)
class Split:
    """About 80, 10 and 10 %; rows that share a key are in one split."""

    train: tuple[Example, ...]
    val: tuple[Example, ...]
    test: tuple[Example, ...]


def split_examples(examples: Sequence[Example]) -> Split:
    """Splits rows; rows that share a key, directly or through others, are in one split."""
    sides: dict[str, list[Example]] = {"train": [], "val": [], "test": []}
    for example, group in zip(examples, group_names(examples), strict=True):
        sides[side_of(group)].append(example)
    return Split(tuple(sides["train"]), tuple(sides["val"]), tuple(sides["test"]))


def group_names(examples: Sequence[Example]) -> list[str]:
    """The group of each row; rows that share a key, directly or through others, are of one."""
    roots = _group_roots(examples)
    return [_find(roots, example.keys[0]) for example in examples]


def side_of(group: str) -> str:
    """`train`, `val` or `test`; depends only on the name of the group."""
    bucket = int(hashlib.sha256(f"split-1:{group}".encode()).hexdigest()[:8], 16) % 10
    return {0: "val", 1: "test"}.get(bucket, "train")


def take_rows(examples: Sequence[Example], limit: int | None) -> list[Example]:
    """At most `limit` rows, chosen by a hash of the text, so that they are spread over the whole
    file."""
    if limit is None or len(examples) <= limit:
        return list(examples)
    return sorted(examples, key=lambda e: hashlib.sha256(e.text.encode()).digest())[:limit]


def _group_roots(examples: Sequence[Example]) -> dict[str, str]:
    roots: dict[str, str] = {}
    for example in examples:
        found = [_find(roots, key) for key in example.keys]
        smallest = min(found)
        for root in found:
            roots[root] = smallest
    return roots


def _find(roots: dict[str, str], key: str) -> str:
    parent = roots.setdefault(key, key)
    while parent != roots[parent]:
        roots[parent] = roots[roots[parent]]
        parent = roots[parent]
    roots[key] = parent
    return parent
