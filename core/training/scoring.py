"""Scores of many comments by an exported network, as the evaluation needs them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import MissingExtra
from core.inference.padding import padded
from core.moderation.scores import Label
from core.training.batches import encode, load_tokenizer
from core.training.datasets import MODEL_LABELS, Example

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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
    """An ONNX file and a tokenizer; cuts at `max_tokens`. Every comment is run alone, as it is when
    it is served: what int8 makes of it then depends on nothing else."""

    def __init__(self, model: Path, tokenizer: Path, *, max_tokens: int, threads: int) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise MissingExtra("evaluating needs onnxruntime: pip install onnxruntime") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(model), sess_options=options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = load_tokenizer(tokenizer, max_tokens)
        self._threads = threads

    def score(self, examples: Sequence[Example]) -> Scored:
        """In input order."""
        import numpy as np

        ids = encode(self._tokenizer, [example.text for example in examples])
        with ThreadPoolExecutor(self._threads) as pool:
            logits = list(pool.map(self._logits, ids))
        rows = np.array(logits, dtype=np.float64).reshape(-1, len(MODEL_LABELS))
        scores = 0.5 * (1.0 + np.tanh(0.5 * rows))
        return Scored(tuple(examples), targets_of(examples), scores)

    def _logits(self, ids: Sequence[int]) -> "NDArray[np.float32]":
        tokens, mask = padded([ids], 0)
        feed = {"input_ids": tokens, "attention_mask": mask}
        found: NDArray[np.float32] = self._session.run(["logits"], feed)[0][0]
        return found


def targets_of(examples: Sequence[Example]) -> "NDArray[np.float64]":
    """(rows, labels), NaN where unknown."""
    import numpy as np

    cells = [[np.nan if t is None else t for t in each.targets] for each in examples]
    return np.array(cells, dtype=np.float64).reshape(-1, len(MODEL_LABELS))
