"""The scores of backends for the same texts, as tables that can be compared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import BackendError
from core.inference.base import OUTAGES, Backend, ErrorKind, TextResult, check_count
from core.moderation.scores import Label

ROWS_A_CALL = 16
# After such an error in the first call, all others would fail too.
_GIVES_UP_ON = OUTAGES | {ErrorKind.TIMEOUT}


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """`scores` is (texts, labels), NaN where the backend gave none; `errors` has one entry for each
    text. `runtime` describes what ran, such as `openvino, bf16`."""

    backend: str
    model_version: str
    labels: tuple[Label, ...]
    scores: NDArray[np.float64]
    errors: tuple[str | None, ...]
    runtime: str = ""

    def column(self, label: Label) -> NDArray[np.float64]:
        """Scores of one label; all NaN if the backend does not assess it."""
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
    """The backend's scores, unchecked: a wrong range is one of the faults to find.

    A failed call leaves NaN in its rows, with its error message. Raises BackendError if the first
    call shows that the backend is down. `progress` is called with the number of texts done.
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
            if start == 0 and error.kind in _GIVES_UP_ON:
                raise
            results += [TextResult(error=str(error))] * len(chunk)
        progress(len(results))
    cells = [[result.scores.get(label, np.nan) for label in labels] for result in results]
    # after the calls, because some servers report their revision only in answers
    info = backend.info
    return ScoreTable(
        backend=info.name,
        model_version=info.model_version,
        labels=labels,
        scores=np.array(cells, dtype=np.float64).reshape(len(texts), len(labels)),
        errors=tuple(result.error for result in results),
        runtime=", ".join(each for each in (info.runtime, info.precision) if each != "unknown"),
    )
