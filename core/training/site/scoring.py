"""Scores of a site's rows by a model folder, as the console gives them: long texts in windows, and
texts that can be taken in two ways in both."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InvalidInput
from core.inference.local.choice import LocalChoice, choose_local
from core.training.data.datasets import MODEL_LABELS
from core.training.site.rows import SiteRow

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

REFERENCE, SERVED = "fp32", "int8"
_CHUNK = 256


def score_rows(folder: Path, rows: Sequence[SiteRow], precision: str) -> "NDArray[np.float64]":
    """(rows, labels), in input order. Raises InvalidInput for a row that can't be scored."""
    import numpy as np

    backend = choose_local(LocalChoice(precision=precision, model=str(folder)))
    found = np.empty((len(rows), len(MODEL_LABELS)))
    try:
        for start in range(0, len(rows), _CHUNK):
            chunk = rows[start : start + _CHUNK]
            results = backend.score([row.text for row in chunk]).results
            for at, (row, result) in enumerate(zip(chunk, results, strict=True), start=start):
                if result.error is not None:
                    raise InvalidInput(f"{row.where}: {result.error}")
                found[at] = [result.scores[label] for label in MODEL_LABELS]
    finally:
        backend.close()
    return found
