"""Scores of many comments by an exported network, as the evaluation needs them."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import MissingExtra
from core.inference.batching.padding import padded
from core.moderation.scores import Label
from core.training.data.batches import encode, load_tokenizer
from core.training.data.datasets import MODEL_LABELS, Example

if TYPE_CHECKING:
    import numpy as np
    import openvino
    from numpy.typing import NDArray

    _Run = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float32]]

_BATCH_ROWS = 16
_WIDTH_STEP = 16
"""OpenVINO compiles for every new shape, so widths are rounded up."""


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


class ExportedNetwork:
    """A graph and a tokenizer; truncates to `max_tokens`. Comments of similar length run together,
    padded: the shipped graphs give a comment the same scores in any batch.

    `runtime` is `openvino`, the default when serving, `onnxruntime`, or `transformers`, which reads
    the folder of `model`. With `bf16` OpenVINO runs
    the parts that are not quantised in bf16 if the processor has it, as when serving.
    """

    def __init__(
        self,
        model: Path,
        tokenizer: Path,
        *,
        max_tokens: int,
        threads: int,
        runtime: str = "openvino",
        bf16: bool = False,
    ) -> None:
        if runtime == "openvino":
            self._run = _opened_by_openvino(model, threads, bf16=bf16 and has_bf16())
        elif runtime == "transformers":
            self._run = _opened_by_transformers(model.parent)
        else:
            self._run = _opened_by_onnxruntime(model)
        self._tokenizer = load_tokenizer(tokenizer, max_tokens)
        self._threads = threads

    def score(self, examples: Sequence[Example]) -> ScoredRows:
        """Scores in input order."""
        import numpy as np

        ids = encode(self._tokenizer, [example.text for example in examples])
        logits = np.empty((len(ids), len(MODEL_LABELS)))

        def run(rows: Sequence[int]) -> None:
            width = -(-len(ids[rows[-1]]) // _WIDTH_STEP) * _WIDTH_STEP
            logits[rows] = self._run(*padded([ids[row] for row in rows], 0, width=width))

        order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
        batches = [order[at : at + _BATCH_ROWS] for at in range(0, len(order), _BATCH_ROWS)]
        with ThreadPoolExecutor(self._threads) as pool:
            list(pool.map(run, batches))
        scores = 0.5 * (1.0 + np.tanh(0.5 * logits))
        return ScoredRows(tuple(examples), targets_of(examples), scores)


def has_bf16() -> bool:
    """Whether the processor computes bf16. Raises MissingExtra without OpenVINO."""
    return "BF16" in _openvino_core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def _openvino_core() -> "openvino.Core":
    try:
        import openvino
    except ImportError as error:
        raise MissingExtra("evaluating needs OpenVINO: pip install openvino") from error
    return openvino.Core()


def _opened_by_onnxruntime(model: Path) -> "_Run":
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingExtra("evaluating needs onnxruntime: pip install onnxruntime") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        str(model), sess_options=options, providers=["CPUExecutionProvider"]
    )

    def run(tokens: "NDArray[np.int64]", mask: "NDArray[np.int64]") -> "NDArray[np.float32]":
        feed = {"input_ids": tokens, "attention_mask": mask}
        found: NDArray[np.float32] = session.run(["logits"], feed)[0]
        return found

    return run


def _opened_by_transformers(folder: Path) -> "_Run":
    try:
        import torch
        from transformers import AutoModelForSequenceClassification
    except ImportError as error:
        raise MissingExtra("evaluating needs torch and transformers") from error
    network = AutoModelForSequenceClassification.from_pretrained(str(folder)).eval()

    def run(tokens: "NDArray[np.int64]", mask: "NDArray[np.int64]") -> "NDArray[np.float32]":
        with torch.inference_mode():
            answer = network(torch.from_numpy(tokens), attention_mask=torch.from_numpy(mask))
        found: NDArray[np.float32] = answer.logits.numpy()
        return found

    return run


def _opened_by_openvino(model: Path, threads: int, *, bf16: bool) -> "_Run":
    options = {
        "INFERENCE_PRECISION_HINT": "bf16" if bf16 else "f32",
        "PERFORMANCE_HINT": "THROUGHPUT",
        "NUM_STREAMS": threads,
        "INFERENCE_NUM_THREADS": threads,
    }
    compiled = _openvino_core().compile_model(model, "CPU", options)

    def run(tokens: "NDArray[np.int64]", mask: "NDArray[np.int64]") -> "NDArray[np.float32]":
        feed = {"input_ids": tokens, "attention_mask": mask}
        found: NDArray[np.float32] = compiled.create_infer_request().infer(feed)["logits"]
        return found

    # OpenVINO's bindings deadlock if two threads make the first call at once.
    run(*padded([[0]], 0))
    return run


def targets_of(examples: Sequence[Example]) -> "NDArray[np.float64]":
    """(rows, labels), NaN where unknown."""
    import numpy as np

    cells = [[np.nan if t is None else t for t in each.targets] for each in examples]
    return np.array(cells, dtype=np.float64).reshape(-1, len(MODEL_LABELS))
