"""What every inference backend is, and what one call to it tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from core.moderation.scores import Label


class Activation(StrEnum):
    """How a backend turns logits into scores."""

    SIGMOID = "sigmoid"
    SOFTMAX = "softmax"
    NONE = "none"


class ErrorKind(StrEnum):
    """Why a call or one text failed; low in number because charts group by it."""

    BACKEND = "backend"
    MODEL = "model"
    TIMEOUT = "timeout"
    BAD_INPUT = "bad_input"
    BAD_SCORE = "bad_score"


@dataclass(frozen=True, slots=True)
class BackendInfo:
    """`name` is the configured name, `model_version` the exact weights, `location` where it runs:
    `in_process`, `localhost` or `remote`. `labels` are those it assesses, in its output order.
    """

    name: str
    model_version: str
    labels: tuple[Label, ...]
    activation: Activation
    runtime: str
    precision: str
    location: str
    max_tokens: int


@dataclass(frozen=True, slots=True)
class TextResult:
    """The outcome for one text: `scores`, or `error` in words with its kind, never both."""

    scores: Mapping[Label, float] = field(default_factory=dict)
    error: str | None = None
    error_kind: ErrorKind | None = None


@dataclass(frozen=True, slots=True)
class CallMetadata:
    """One call as measured by the caller. Times in milliseconds; None means not told, never 0."""

    total_ms: float
    tokenize_ms: float | None = None
    compute_ms: float | None = None
    queue_ms: float | None = None
    network_ms: float | None = None
    tokens: int | None = None
    truncated_count: int = 0
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class BatchResult:
    """`results` has the length and order of the texts given."""

    results: tuple[TextResult, ...]
    call: CallMetadata


class Backend(Protocol):
    """Something that scores. `score` is safe to call from several threads."""

    @property
    def info(self) -> BackendInfo:
        """What runs here; known before `load`."""
        ...

    def load(self) -> None:
        """Make ready to score; a second call does nothing. Raises ModelNotUsable."""
        ...

    def score(self, texts: Sequence[str]) -> BatchResult:
        """Score texts in one call. A bad text fails alone, in its result; BackendError means
        the whole call failed."""
        ...

    def health(self) -> str | None:
        """None when it can score, else why not, in one line."""
        ...

    def close(self) -> None:
        """Let go of what `load` took."""
        ...
