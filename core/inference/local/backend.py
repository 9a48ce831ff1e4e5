"""Scores in this process: tokenizes, runs batches on a runtime, and maps outputs to labels."""

import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from core.errors import BackendError, MissingExtra
from core.inference.base import BackendInfo, BatchResult, CallMetadata, ErrorKind, TextResult
from core.inference.local.network import activate
from core.inference.local.running_model import OpenedModel, RunningModel, TokenizedPart
from core.inference.long_texts import join_windows
from core.moderation.scores import Label

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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
        self._opened: RunningModel | None = None

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
        results: list[TextResult] = []
        tokens, tokenize_s = 0, 0.0
        for part in running.parts(texts):
            tokenize_s += part.waited_s
            tokens += sum(map(len, part.tokenized.ids))
            results += self._part_results(running, part)
        total_s = time.perf_counter() - began
        call = CallMetadata(
            total_ms=total_s * 1000,
            tokenize_ms=tokenize_s * 1000,
            compute_ms=(total_s - tokenize_s) * 1000,
            tokens=tokens,
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
                self._opened.close()
            self._opened = None

    def _open(self) -> RunningModel:
        with self._lock:
            if self._opened is None:
                self._opened = RunningModel(self._model.open(), self.info.max_tokens)
            return self._opened

    def _part_results(self, running: RunningModel, part: TokenizedPart) -> list[TextResult]:
        if not part.text_count:
            return []
        rows = running.logits(part.tokenized.ids)
        results = list(map(self._result, self._scores(rows)))
        return _joined(results, part) if part.tokenized.split_texts else results

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


def _joined(results: Sequence[TextResult], part: TokenizedPart) -> list[TextResult]:
    """One result for each text, from those of all rows."""
    joined = []
    for index, rows in enumerate(part.tokenized.rows(part.text_count)):
        split = part.tokenized.split_texts.get(index)
        if split is None:
            joined.append(results[rows.start])
            continue
        # Readings that are short tell nothing about where in the text a score comes from.
        passages = split.passages if split.is_long else ()
        joined.append(join_windows(results[rows.start : rows.stop], passages, split.unread_chars))
    return joined
