"""Scores of many comments by an exported network, as the evaluation needs them.

The code that scores them is the one that serves: texts are read in windows and in all their
readings, and each label has its highest score.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import BackendError, MissingExtra
from core.inference.local.backend import LocalBackend
from core.inference.local.folder_model import FolderModel
from core.inference.local.openvino_import import import_openvino
from core.inference.manifest import Manifest
from core.moderation.scores import Label
from core.training.data.datasets import MODEL_LABELS, Example

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CALL_TEXTS = 2_000
"""Texts whose tokens are in memory at once."""


@dataclass(frozen=True, slots=True)
class ScoredRows:
    """`scores` and `targets` are (rows, labels); an unknown target is NaN."""

    examples: tuple[Example, ...]
    targets: "NDArray[np.float64]"
    scores: "NDArray[np.float64]"

    def known(self, label: Label) -> "tuple[NDArray[np.bool_], NDArray[np.float64]]":
        """Targets (share of a half or more) and scores of the rows where the label is known."""
        import numpy as np

        column = MODEL_LABELS.index(label)
        rows = ~np.isnan(self.targets[:, column])
        return self.targets[rows, column] >= 0.5, self.scores[rows, column]

    def where(self, keep: "Sequence[bool] | NDArray[np.bool_]") -> "ScoredRows":
        """The rows marked true."""
        import numpy as np

        rows = np.flatnonzero(np.asarray(keep, dtype=bool))
        examples = tuple(self.examples[row] for row in rows)
        return ScoredRows(examples, self.targets[rows], self.scores[rows])

    def of(self, source: str) -> "ScoredRows":
        """The rows of one set."""
        return self.where([example.source == source for example in self.examples])


@dataclass(frozen=True, kw_only=True)
class _ExportedFolder(FolderModel):
    """A folder whose manifest is not written yet: that needs what is measured here."""

    described: Manifest

    @cached_property
    def manifest(self) -> Manifest:
        return self.described


class ExportedNetwork:
    """A network of an exported folder. `backend` and `precision` are chosen as when serving."""

    def __init__(self, folder: Path, manifest: Manifest, backend: str, precision: str) -> None:
        self._backend = LocalBackend(
            _ExportedFolder(folder=folder, backend=backend, precision=precision, described=manifest)
        )

    def score(self, examples: Sequence[Example], readable: Sequence[str]) -> ScoredRows:
        """Scores in input order. `readable` are the examples' readable texts: an example keeps the
        first reading alone. Raises BackendError where a text could not be scored."""
        scores = self.score_texts(readable)
        return ScoredRows(tuple(examples), targets_of(examples), scores)

    def score_texts(self, readable: Sequence[str]) -> "NDArray[np.float64]":
        """(texts, labels), as `score`."""
        import numpy as np

        rows: list[list[float]] = []
        for start in range(0, len(readable), _CALL_TEXTS):
            for result in self._backend.score(readable[start : start + _CALL_TEXTS]).results:
                if result.error is not None:
                    raise BackendError(result.error)
                rows.append([result.scores[label] for label in MODEL_LABELS])
        return np.array(rows, dtype=np.float64).reshape(-1, len(MODEL_LABELS))


def has_bf16() -> bool:
    """Whether the processor computes bf16. Raises MissingExtra without OpenVINO."""
    try:
        openvino = import_openvino()
    except ImportError as error:
        raise MissingExtra("evaluating needs OpenVINO: pip install openvino") from error
    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def targets_of(examples: Sequence[Example]) -> "NDArray[np.float64]":
    """(rows, labels), NaN where unknown."""
    import numpy as np

    cells = [[np.nan if t is None else t for t in each.targets] for each in examples]
    return np.array(cells, dtype=np.float64).reshape(-1, len(MODEL_LABELS))
