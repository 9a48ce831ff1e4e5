"""Groups texts of similar length into batches, so that little of a batch is padding."""

from collections.abc import Sequence

BATCH_TOKENS = 1024
"""Tokens of a batch, padding included: OpenVINO int8 was fastest with 1,024 or 2,048, and the
numbers between two layers of the smaller stay in the cache of a core."""


def plan_batches(lengths: Sequence[int], *, lanes: int, token_budget: int) -> list[list[int]]:
    """Every index of `lengths` once, longest first; a batch padded to its longest holds at most
    `token_budget` tokens, or one text.

    A small call is divided further, so that each lane gets a part of it.
    """
    share = -(-sum(lengths) // lanes)
    budget = min(token_budget, share)
    batches: list[list[int]] = []
    width = 0
    for index in sorted(range(len(lengths)), key=lambda each: -lengths[each]):
        if not batches or (len(batches[-1]) + 1) * width > budget:
            batches.append([])
            width = lengths[index]
        batches[-1].append(index)
    return batches


def one_by_one(lengths: Sequence[int]) -> list[list[int]]:
    """Every text by itself, longest first, so that no lane ends with a long text while others
    idle."""
    return [[index] for index in sorted(range(len(lengths)), key=lambda each: -lengths[each])]
