"""What backends gave for the same texts, as tables that can be compared."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import BackendError
from core.inference.base import Backend, TextResult
from core.moderation.scores import Label

ROWS_A_CALL = 16


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """`scores` is (texts, labels), NaN where the backend gave none; `errors` has a line a text."""

    backend: str
    model_version: str
    labels: tuple[Label, ...]
    scores: NDArray[np.float64]
    errors: tuple[str | None, ...]

    def column(self, label: Label) -> NDArray[np.float64]:
        """Scores of one label; all NaN when the backend does not assess it."""
        if label not in self.labels:
            return np.full(len(self.errors), np.nan)
        return self.scores[:, self.labels.index(label)]


def score_table(
    backend: Backend, texts: Sequence[str], *, rows_a_call: int = ROWS_A_CALL
) -> ScoreTable:
    """Scores as the backend gives them, unchecked: a range that is wrong is what parity looks for.

    A call that fails leaves its rows empty and its error in words.
    """
    labels = backend.info.labels
    results: list[TextResult] = []
    for start in range(0, len(texts), rows_a_call):
        chunk = texts[start : start + rows_a_call]
        results += _results(backend, chunk)
    cells = [[result.scores.get(label, np.nan) for label in labels] for result in results]
    return ScoreTable(
        backend=backend.info.name,
        model_version=backend.info.model_version,
        labels=labels,
        scores=np.array(cells, dtype=np.float64).reshape(len(texts), len(labels)),
        errors=tuple(result.error for result in results),
    )


def _results(backend: Backend, texts: Sequence[str]) -> list[TextResult]:
    try:
        results = list(backend.score(texts).results)
    except BackendError as error:
        return [TextResult(error=str(error))] * len(texts)
    if len(results) != len(texts):
        told = f"{len(results)} results for {len(texts)} texts"
        return [TextResult(error=told)] * len(texts)
    return results
