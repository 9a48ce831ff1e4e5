"""Groups texts of similar length into batches, so that batches contain little padding."""

from collections.abc import Sequence

BATCH_TOKENS = 1024
"""Tokens of a batch, padding included. OpenVINO int8 was fastest with 1,024 or 2,048; with the
smaller, the values between two layers stay in a core's cache."""


def plan_batches(lengths: Sequence[int], *, lanes: int, token_budget: int) -> list[list[int]]:
    """Each index of `lengths` once, longest first. A batch, padded to its longest text, holds at
    most `token_budget` tokens, or a single text.

    A small call is divided further, so that each lane gets a part.
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
    """Each text alone, longest first, so that no lane ends with a long text while the others are
    idle."""
    return [[index] for index in sorted(range(len(lengths)), key=lambda each: -lengths[each])]
