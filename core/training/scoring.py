"""Scores of many comments by an exported network, as the evaluation needs them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import MissingExtra
from core.inference.padding import budget_batches, padded
from core.moderation.scores import Label
from core.training.batches import encode, load_tokenizer
from core.training.datasets import MODEL_LABELS, Example

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TOKEN_BUDGET = 2048


@dataclass(frozen=True, slots=True)
class Scored:
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

    def where(self, keep: "Sequence[bool] | NDArray[np.bool_]") -> "Scored":
        """The rows marked true."""
        import numpy as np

        rows = np.flatnonzero(np.asarray(keep, dtype=bool))
        examples = tuple(self.examples[row] for row in rows)
        return Scored(examples, self.targets[rows], self.scores[rows])

    def of(self, source: str) -> "Scored":
        """The rows of one set."""
        return self.where([example.source == source for example in self.examples])


class ExportedNetwork:
    """An ONNX file and a tokenizer; cuts at `max_tokens`."""

    def __init__(self, model: Path, tokenizer: Path, *, max_tokens: int, threads: int) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise MissingExtra("evaluating needs onnxruntime: pip install onnxruntime") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(model), sess_options=options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = load_tokenizer(tokenizer, max_tokens)

    def score(self, examples: Sequence[Example], *, budget: int = _TOKEN_BUDGET) -> Scored:
        """In input order. A budget of 1 runs every row alone."""
        import numpy as np

        ids = encode(self._tokenizer, [example.text for example in examples])
        scores = np.zeros((len(ids), len(MODEL_LABELS)))
        for rows in budget_batches([len(each) for each in ids], budget):
            tokens, mask = padded([ids[row] for row in rows], 0)
            feed = {"input_ids": tokens, "attention_mask": mask}
            logits = self._session.run(["logits"], feed)[0]
            scores[rows] = 0.5 * (1.0 + np.tanh(0.5 * logits))
        return Scored(tuple(examples), targets_of(examples), scores)


def targets_of(examples: Sequence[Example]) -> "NDArray[np.float64]":
    """(rows, labels), NaN where unknown."""
    import numpy as np

    cells = [[np.nan if t is None else t for t in each.targets] for each in examples]
    return np.array(cells, dtype=np.float64).reshape(-1, len(MODEL_LABELS))
