"""The shipped model on onnxruntime: int8, in this process, no torch."""

import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

from core.errors import BackendError, MissingExtra
from core.inference.base import BackendInfo, BatchResult, CallMetadata, ErrorKind, TextResult
from core.inference.local.onnx_network import OnnxNetwork, activate
from core.inference.local.tokenizing import CommentTokenizer
from core.inference.manifest import (
    MODEL_FILE,
    TOKENIZER_FILE,
    Manifest,
    read_manifest,
    verify_model_files,
)

SHIPPED_MODEL = Path(__file__).parent.parent / "models" / "minilm-toxicity"


class OnnxBackend:
    """Scores with a folder that holds model, tokenizer and manifest.

    Every text is run alone, several at a time on one thread each: int8 ranges are taken over a run,
    so in a batch a score would move with its company (by up to 0.25 here), and one thread a text
    gives more of them a second. Longer texts are cut at `info.max_tokens` and counted in
    `truncated_count`.
    """

    def __init__(
        self,
        model_dir: Path = SHIPPED_MODEL,
        *,
        name: str = "onnx",
        threads: int | None = None,
    ) -> None:
        self._dir = model_dir
        self._name = name
        self._threads = threads or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="onnx")
        self._lock = threading.Lock()
        self._loaded: tuple[CommentTokenizer, OnnxNetwork] | None = None

    @cached_property
    def manifest(self) -> Manifest:
        """Read once. Raises ModelNotUsable."""
        return read_manifest(self._dir)

    @property
    def info(self) -> BackendInfo:
        """From the manifest alone. Raises ModelNotUsable when there is none."""
        return BackendInfo(
            name=self._name,
            model_version=self.manifest.version,
            labels=self.manifest.labels,
            activation=self.manifest.activation,
            runtime="onnxruntime",
            precision=self.manifest.precision,
            location="in_process",
            max_tokens=self.manifest.max_tokens,
        )

    def load(self) -> None:
        """Checks every hash of the manifest, then opens tokenizer and network."""
        self._open()

    def score(self, texts: Sequence[str]) -> BatchResult:
        """Results in input order. Loads the model if nobody has."""
        tokenizer, network = self._open()
        began = time.perf_counter()
        tokenized = tokenizer.encode(texts)
        tokenized_at = time.perf_counter()
        scores = self._run(network, tokenized.ids)
        ended = time.perf_counter()
        call = CallMetadata(
            total_ms=(ended - began) * 1000,
            tokenize_ms=(tokenized_at - began) * 1000,
            compute_ms=(ended - tokenized_at) * 1000,
            tokens=sum(map(len, tokenized.ids)),
            truncated_count=tokenized.truncated_count,
        )
        return BatchResult(tuple(map(self._result, scores)), call)

    def health(self) -> str | None:
        """Loads if needed and scores one word."""
        try:
            outcome = self.score(["health"])
        except (BackendError, MissingExtra) as error:
            return str(error)
        return outcome.results[0].error

    def close(self) -> None:
        """Frees network and tokenizer; a later call opens them again."""
        with self._lock:
            self._loaded = None

    def _open(self) -> tuple[CommentTokenizer, OnnxNetwork]:
        with self._lock:
            if self._loaded is None:
                verify_model_files(self._dir, self.manifest)
                self._loaded = (
                    CommentTokenizer(
                        self._dir / TOKENIZER_FILE, max_tokens=self.manifest.max_tokens
                    ),
                    OnnxNetwork(self._dir / MODEL_FILE),
                )
            return self._loaded

    def _run(self, network: OnnxNetwork, ids: Sequence[Sequence[int]]) -> list[list[float]]:
        def run(row: int) -> list[float]:
            logits = network.logits([ids[row]], self.manifest.pad_id)
            scores: list[float] = activate(logits, self.manifest.activation)[0].tolist()
            return scores

        if len(ids) == 1:
            return [run(0)]
        # Longest first, so that no thread is left alone with a long text at the end.
        order = sorted(range(len(ids)), key=lambda row: -len(ids[row]))
        found = dict(zip(order, self._pool.map(run, order), strict=True))
        return [found[row] for row in range(len(ids))]

    def _result(self, values: Sequence[float]) -> TextResult:
        if not all(0.0 <= value <= 1.0 for value in values):
            return TextResult(
                error="the model gave a score outside 0..1", error_kind=ErrorKind.BAD_SCORE
            )
        return TextResult(scores=dict(zip(self.manifest.labels, values, strict=True)))
