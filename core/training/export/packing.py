"""Writes the file of `core.inference.local.packed_weights`. Imports torch; import it to train."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import Tensor

from core.inference.local.packed_weights import APART, FACTOR, LOUD, POOLING, SIZE, STEPS
from core.inference.pooling import Pooling
from core.training.export.quantising import Int8Layer

WORDS = "bert.embeddings.word_embeddings.weight"
_MOST = 127
_SMALLEST = 1e-5


def rounded_rows(table: Tensor) -> tuple[Tensor, Tensor]:
    """Whole steps, and the size of a step for each row."""
    size = table.abs().amax(1).clamp(min=_SMALLEST) / _MOST
    return (table / size[:, None]).round().to(torch.int8), size


def write_packed(
    path: Path,
    state: Mapping[str, Tensor],
    *,
    words: tuple[Tensor, Tensor],
    layers: Mapping[str, Int8Layer],
    pooling: Pooling,
) -> None:
    """`words` are the steps and sizes of the word table; of `state` is written, in fp16, what is
    neither that nor in `layers`."""
    steps, size = words
    tensors: dict[str, Any] = {f"{WORDS}{STEPS}": steps.numpy(), f"{WORDS}{SIZE}": size.numpy()}
    tensors |= {
        name: value.half().numpy()
        for name, value in state.items()
        if name != WORDS and name.rpartition(".")[0] not in layers
    }
    for at, layer in layers.items():
        tensors |= {
            f"{at}.weight{STEPS}": layer.matrix,
            f"{at}.weight{SIZE}": layer.matrix_scale,
            f"{at}.weight{FACTOR}": layer.factor,
            f"{at}.weight{APART}": layer.apart,
            f"{at}.weight{LOUD}": layer.apart_matrix,
            f"{at}.bias": layer.exact_bias,
        }
    whole = {name: np.ascontiguousarray(value) for name, value in tensors.items()}
    save_file(whole, path, metadata={POOLING: str(pooling)})
    # safetensors creates the file readable for its owner only.
    path.chmod(0o644)
