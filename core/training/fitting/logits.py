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
    device = next(network.parameters()).device
    order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
    parts = []
    with torch.inference_mode():
        for start in range(0, len(order), _BATCH):
            rows = [ids[row] for row in order[start : start + _BATCH]]
            tokens, mask = map(torch.from_numpy, padded(rows, network.pad_id))
            logits = network(tokens.to(device), mask.to(device))
            parts.append(logits.float().cpu().numpy())
    found = np.empty((len(ids), parts[0].shape[1]), dtype=np.float64)
    found[order] = np.concatenate(parts)
    return found
