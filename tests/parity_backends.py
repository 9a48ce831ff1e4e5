"""Backends that all run one made-up model, each with a different fault, and comments for them."""

import math
import random
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from core.errors import BackendError
from core.inference.base import BackendInfo, BatchResult, CallMetadata, ErrorKind, TextResult
from core.inference.fake import LABELS, FakeBackend
from core.moderation.scores import Label

Logits = dict[Label, float]


def comments(count: int, longest: int = 60) -> list[str]:
    """Distinct texts of a small vocabulary, some of them long."""
    chance = random.Random(7)
    return [
        " ".join(f"w{chance.randrange(400)}" for _ in range(chance.randint(3, longest)))
        for _ in range(count)
    ]


def logits_of(text: str) -> Logits:
    """Mostly low; each word moves each label's logit up or down by a fixed amount."""
    words = text.split()
    return {label: -2.0 + sum(_push(word, label) for word in words) for label in LABELS}


def _push(word: str, label: Label) -> float:
    return (zlib.crc32(f"{word} {label}".encode()) % 2001 - 1000) / 1000.0


def sigmoid(logits: Logits) -> dict[Label, float]:
    return {label: 1.0 / (1.0 + math.exp(-value)) for label, value in logits.items()}


def softmax(logits: Logits) -> dict[Label, float]:
    powers = {label: math.exp(value) for label, value in logits.items()}
    return {label: power / sum(powers.values()) for label, power in powers.items()}


def gentler(logits: Logits) -> dict[Label, float]:
    """Scores of another model revision: the same order, but lower."""
    return sigmoid({label: value * 0.8 - 1.5 for label, value in logits.items()})


class ModelBackend(FakeBackend):
    """Reads at most `reads` words; with `in_pairs`, it takes every two texts of a call as one.
    Fails on the texts in `refuses`. `asked` keeps every call."""

    def __init__(
        self,
        name: str = "model",
        activate: Callable[[Logits], dict[Label, float]] = sigmoid,
        *,
        reads: int = 10_000,
        in_pairs: bool = False,
        refuses: Sequence[str] = (),
        notice: str | None = None,
    ) -> None:
        super().__init__()
        self._own = replace(self._info, name=name, model_version=f"{name}-1", notice=notice)
        self._activate = activate
        self._reads = reads
        self._in_pairs = in_pairs
        self._refuses = frozenset(refuses)
        self.asked: list[Sequence[str]] = []
        self.closed = 0

    @property
    def info(self) -> BackendInfo:
        return self._own

    def score(self, texts: Sequence[str]) -> BatchResult:
        self.asked.append(texts)
        if self.is_down:
            raise BackendError(f"{self.info.name} can't be reached", kind=ErrorKind.CONNECT)
        if self._in_pairs and len(texts) > 1:
            halves = [texts[row - row % 2 : row - row % 2 + 2] for row in range(len(texts))]
            texts = [" ".join(pair) for pair in halves]
        return BatchResult(tuple(map(self._result, texts)), CallMetadata(1.0))

    def close(self) -> None:
        self.closed += 1

    def _result(self, text: str) -> TextResult:
        if text in self._refuses:
            return TextResult(error="the text was refused", error_kind=ErrorKind.BAD_INPUT)
        read = " ".join(text.split()[: self._reads])
        return TextResult(scores=self._activate(logits_of(read)))
