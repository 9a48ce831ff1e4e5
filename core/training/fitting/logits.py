"""Logits of the trained network before it is exported. Imports torch; import it only to train."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from core.inference.batching.padding import padded
from core.training.fitting.network import Classifier

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BATCH = 64


def network_logits(
    network: Classifier, ids: Sequence[Sequence[int]], *, threads: int
) -> "NDArray[np.float64]":
    """(rows, labels) in input order; rows of similar length run together."""
    torch.set_num_threads(threads)
    network.eval()
    order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
    parts = []
    with torch.inference_mode():
        for start in range(0, len(order), _BATCH):
            tokens, mask = padded([ids[row] for row in order[start : start + _BATCH]], 0)
            logits = network(torch.from_numpy(tokens), torch.from_numpy(mask))
            parts.append(logits.float().numpy())
    found = np.empty((len(ids), parts[0].shape[1]), dtype=np.float64)
    found[order] = np.concatenate(parts)
    return found
