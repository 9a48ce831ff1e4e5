"""Pads token ids to the rectangular arrays a network takes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def padded(
    ids: Sequence[Sequence[int]], pad_id: int, *, width: int | None = None
) -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
    """Token ids and attention mask, both (rows, `width`), or as wide as the longest row."""
    import numpy as np

    width = width or max(map(len, ids))
    tokens = np.full((len(ids), width), pad_id, dtype=np.int64)
    mask = np.zeros((len(ids), width), dtype=np.int64)
    for row, each in enumerate(ids):
        tokens[row, : len(each)] = each
        mask[row, : len(each)] = 1
    return tokens, mask
