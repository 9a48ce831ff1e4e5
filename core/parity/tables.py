"""What backends gave for the same texts, as tables that can be compared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import BackendError
from core.inference.base import OUTAGES, Backend, ErrorKind, TextResult, check_count
from core.moderation.scores import Label

ROWS_A_CALL = 16
# If the first call fails like this, all others would too.
_HOPELESS = OUTAGES | {ErrorKind.TIMEOUT}


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """`scores` is (texts, labels), NaN where the backend gave none; `errors` has a line a text.
    `runtime` says in words what ran, as `openvino, bf16`."""

    backend: str
    model_version: str
    labels: tuple[Label, ...]
    scores: NDArray[np.float64]
    errors: tuple[str | None, ...]
    runtime: str = ""

    def column(self, label: Label) -> NDArray[np.float64]:
        """Scores of one label; all NaN when the backend does not assess it."""
        if label not in self.labels:
            return np.full(len(self.errors), np.nan)
        return self.scores[:, self.labels.index(label)]

    def columns(self, labels: Sequence[Label]) -> NDArray[np.float64]:
        """Scores of some labels: (texts, labels)."""
        return np.column_stack([self.column(label) for label in labels])


def score_table(
    backend: Backend,
    texts: Sequence[str],
    *,
    rows_a_call: int = ROWS_A_CALL,
    progress: Callable[[int], None] = lambda rows: None,
) -> ScoreTable:
    """Scores as the backend gives them, unchecked: a wrong range is one of the things to find.

    A call that fails leaves its rows empty and its error in words. BackendError when the first one
    says that the backend is down. `progress` is called with the number of texts done.
    """
    labels = backend.info.labels
    results: list[TextResult] = []
    for start in range(0, len(texts), rows_a_call):
        chunk = texts[start : start + rows_a_call]
        try:
            answer = backend.score(chunk)
            check_count(backend.info.name, answer, chunk)
            results += answer.results
        except BackendError as error:
            if start == 0 and error.kind in _HOPELESS:
                raise
            results += [TextResult(error=str(error))] * len(chunk)
        progress(len(results))
    cells = [[result.scores.get(label, np.nan) for label in labels] for result in results]
    info = backend.info  # after the calls: some tell their revision only then
    return ScoreTable(
        backend=info.name,
        model_version=info.model_version,
        labels=labels,
        scores=np.array(cells, dtype=np.float64).reshape(len(texts), len(labels)),
        errors=tuple(result.error for result in results),
        runtime=", ".join(each for each in (info.runtime, info.precision) if each != "unknown"),
    )
