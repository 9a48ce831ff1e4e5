"""Scores in this process: tokenizes, runs batches on a runtime, and maps outputs to labels."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from core.errors import BackendError, MissingExtra
from core.inference.base import BackendInfo, BatchResult, CallMetadata, ErrorKind, TextResult
from core.inference.batching.padding import padded
from core.inference.local.network import Network, activate
from core.inference.local.schedule import one_by_one, plan_batches
from core.inference.local.tokenizing import Tokenized
from core.inference.long_texts import join_windows
from core.moderation.scores import Label

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Tokenizer(Protocol):
    """Turns texts into rows of token ids, none longer than what the network reads."""

    def encode(self, texts: Sequence[str]) -> Tokenized: ...


@dataclass(frozen=True, slots=True)
class OpenedModel:
    """`is_batchable` is False if a text's score would depend on the other texts in its batch."""

    tokenizer: Tokenizer
    network: Network
    pad_id: int
    is_batchable: bool


class LocalModel(Protocol):
    """A model on this machine, and the runtime to open it with."""

    @property
    def info(self) -> BackendInfo:
        """Available before `open`. Raises ModelNotUsable."""
        ...

    @property
    def outputs(self) -> Sequence[Label | str | None]:
        """For each output of the network: one of our labels, the name of a label we don't have, or
        None for an output to ignore (`non-toxic`)."""
        ...

    def open(self) -> OpenedModel:
        """Raises ModelNotUsable or MissingExtra."""
        ...


class LocalBackend:
    """Scores with one local model. A text with more than `info.max_tokens` tokens is read in
    windows."""

    def __init__(self, model: LocalModel) -> None:
        self._model = model
        self._lock = threading.Lock()
        self._opened: _Running | None = None

    @property
    def info(self) -> BackendInfo:
        """Raises ModelNotUsable if the model's description can't be read."""
        return self._model.info

    def load(self) -> None:
        """Raises ModelNotUsable or MissingExtra."""
        self._open()

    def score(self, texts: Sequence[str]) -> BatchResult:
        """Results in input order. Loads the model if needed."""
        running = self._open()
        began = time.perf_counter()
        tokenized = running.model.tokenizer.encode(texts)
        tokenized_at = time.perf_counter()
        rows = running.logits(tokenized.ids)
        results = list(map(self._result, self._scores(rows))) if texts else []
        if tokenized.split_texts:
            results = _joined(results, tokenized, len(texts))
        ended = time.perf_counter()
        call = CallMetadata(
            total_ms=(ended - began) * 1000,
            tokenize_ms=(tokenized_at - began) * 1000,
            compute_ms=(ended - tokenized_at) * 1000,
            tokens=sum(map(len, tokenized.ids)),
        )
        return BatchResult(tuple(results), call)

    def health(self) -> str | None:
        """Loads if needed and scores one word."""
        try:
            outcome = self.score(["health"])
        except (BackendError, MissingExtra) as error:
            return str(error)
        return outcome.results[0].error

    def close(self) -> None:
        """Frees tokenizer and network; a later call opens them again."""
        with self._lock:
            if self._opened is not None:
                self._opened.pool.shutdown()
            self._opened = None

    def _open(self) -> "_Running":
        with self._lock:
            if self._opened is None:
                self._opened = _Running(self._model.open(), self.info.max_tokens)
            return self._opened

    def _scores(self, logits: "NDArray[np.float32]") -> list[list[float]]:
        scores: list[list[float]] = activate(logits, self._model.info.activation).tolist()
        return scores

    def _result(self, values: Sequence[float]) -> TextResult:
        if not all(0.0 <= value <= 1.0 for value in values):
            return TextResult(
                error="the model gave a score outside 0..1", error_kind=ErrorKind.BAD_SCORE
            )
        outputs = self._model.outputs
        if len(values) != len(outputs):
            raise BackendError(f"the model gave {len(values)} scores for {len(outputs)} labels")
        scores: dict[Label, float] = {}
        other_scores: dict[str, float] = {}
        for output, value in zip(outputs, values, strict=True):
            if isinstance(output, Label):
                scores[output] = value
            elif output is not None:
                other_scores[output] = value
        return TextResult(scores=scores, other_scores=other_scores)


def _joined(
    results: Sequence[TextResult], tokenized: Tokenized, text_count: int
) -> list[TextResult]:
    """One result for each text, from those of all rows."""
    joined = []
    for index, rows in enumerate(tokenized.rows(text_count)):
        split = tokenized.split_texts.get(index)
        if split is None:
            joined.append(results[rows.start])
            continue
        # Readings that are short tell nothing about where in the text a score comes from.
        passages = split.passages if split.is_long else ()
        joined.append(join_windows(results[rows.start : rows.stop], passages, split.unread_chars))
    return joined


@dataclass(slots=True)
class _Running:
    model: OpenedModel
    max_tokens: int
    pool: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        self.pool = ThreadPoolExecutor(self.model.network.lanes, thread_name_prefix="score")

    def logits(self, ids: Sequence[Sequence[int]]) -> "NDArray[np.float32]":
        """(texts, outputs), in the order of `ids`."""
        import numpy as np

        network, pad_id = self.model.network, self.model.pad_id
        step = network.width_step
        widths = [min(-(-len(each) // step) * step, self.max_tokens) for each in ids]
        if self.model.is_batchable:
            batches = plan_batches(widths, lanes=network.lanes, token_budget=network.batch_tokens)
        else:
            batches = one_by_one(widths)

        def run(batch: Sequence[int]) -> "NDArray[np.float32]":
            # Batches are planned longest first.
            rows, width = [ids[index] for index in batch], widths[batch[0]]
            return network.logits(*padded(rows, pad_id, width=width))

        # A single batch runs in this thread: handing it over costs more than a short text. So does
        # every batch if there is one lane: torch would start its own threads for each thread that
        # calls it.
        is_alone = len(batches) < 2 or network.lanes == 1
        parts = list((map if is_alone else self.pool.map)(run, batches))
        if not parts:
            return np.empty((0, 0), dtype=np.float32)
        found = np.empty((len(ids), parts[0].shape[1]), dtype=np.float32)
        for batch, part in zip(batches, parts, strict=True):
            found[batch] = part
        return found
