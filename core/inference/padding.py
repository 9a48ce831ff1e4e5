"""Token ids as the rectangles a network takes, with as little padding as the order allows."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def budget_batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Row numbers, shortest rows first, so many a batch that rows x longest stays in budget.

    A row longer than the budget comes alone.
    """
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[row] > budget:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def padded(
    ids: Sequence[Sequence[int]], pad_id: int
) -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
    """Token ids and attention mask, both (rows, longest)."""
    import numpy as np

    width = max(map(len, ids))
    tokens = np.full((len(ids), width), pad_id, dtype=np.int64)
    mask = np.zeros((len(ids), width), dtype=np.int64)
    for row, each in enumerate(ids):
        tokens[row, : len(each)] = each
        mask[row, : len(each)] = 1
    return tokens, mask
