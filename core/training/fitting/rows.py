"""The rows of a fit as tensors, on the processor or the GPU. Imports torch; import it to train."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.inference.batching.padding import padded
from core.training.data.batches import shuffled_batches
from core.training.data.datasets import MODEL_LABELS, Example


@dataclass(frozen=True, slots=True)
class FitBatch:
    """Token ids and mask (rows, tokens), targets and known cells (rows, labels), weights and sets
    (rows)."""

    tokens: Tensor
    mask: Tensor
    targets: Tensor
    known: Tensor
    weights: Tensor
    sets: Tensor


class FitRows:
    """`ids` are the token ids of `examples`, row by row."""

    def __init__(self, examples: Sequence[Example], ids: Sequence[Sequence[int]]) -> None:
        cells = np.array(
            [[np.nan if t is None else t for t in each.targets] for each in examples],
            dtype=np.float32,
        ).reshape(-1, len(MODEL_LABELS))
        names = sorted({each.source for each in examples})
        numbers = {name: number for number, name in enumerate(names)}
        self.set_count = len(names)
        self._ids = ids
        self._lengths = [len(each) for each in ids]
        self._targets = torch.from_numpy(np.nan_to_num(cells))
        self._known = torch.from_numpy((~np.isnan(cells)).astype(np.float32))
        self._weights = torch.tensor([each.weight for each in examples], dtype=torch.float32)
        self._sets = torch.tensor([numbers[each.source] for each in examples], dtype=torch.int64)

    def __len__(self) -> int:
        return len(self._ids)

    def batches(self, rows: int, *, seed: int) -> Iterator[list[int]]:
        """Row numbers of an epoch's batches; rows of a batch have similar lengths."""
        return shuffled_batches(self._lengths, rows, seed=seed)

    def batch(self, rows: Sequence[int], device: str, *, pad_id: int) -> FitBatch:
        """The rows, padded to their longest, on the device."""
        chosen = list(rows)
        tokens, mask = map(torch.from_numpy, padded([self._ids[row] for row in chosen], pad_id))
        columns = (self._targets, self._known, self._weights, self._sets)
        return FitBatch(
            *(each.to(device) for each in (tokens, mask, *(column[chosen] for column in columns)))
        )

    def padded_tokens(self, rows: Sequence[int]) -> int:
        """How many tokens a network computes for a batch of these rows."""
        return len(rows) * max(self._lengths[row] for row in rows)

    @property
    def sha256(self) -> str:
        """Hex digest of all that is learnt: tokens, targets, weights and sets."""
        digest = hashlib.sha256()
        for each in self._ids:
            digest.update(np.array([len(each), *each], dtype=np.int32).tobytes())
        for column in (self._targets, self._known, self._weights, self._sets):
            digest.update(column.numpy().tobytes())
        return digest.hexdigest()
