"""The protocol of an inference backend, and the result and metadata of one call."""

from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from core.errors import BackendError
from core.moderation.scores import Label
from core.servinglog.record import ANSWER_KINDS


class Activation(StrEnum):
    """How a backend turns logits into scores."""

    SIGMOID = "sigmoid"
    SOFTMAX = "softmax"
    NONE = "none"


class Location(StrEnum):
    """Where a backend runs. Texts leave this machine only for REMOTE."""

    IN_PROCESS = "in_process"
    LOCALHOST = "localhost"
    REMOTE = "remote"


class ErrorKind(StrEnum):
    """Why a call or one text failed. There are few kinds, because charts group by them."""

    BACKEND = "backend"
    MODEL = "model"
    TIMEOUT = "timeout"
    BAD_INPUT = "bad_input"
    BAD_SCORE = "bad_score"
    BAD_SHAPE = "bad_shape"
    TOO_LARGE = "too_large"
    CONNECT = "connect"
    TLS = "tls"
    AUTH = "auth"
    CONFIGURATION = "configuration"
    NOT_FOUND = "not_found"
    REDIRECT = "redirect"
    RATE_LIMITED = "rate_limited"
    QUOTA = "quota"
    LOADING = "loading"
    CIRCUIT_OPEN = "circuit_open"
    LANGUAGE = "language"


# The backend is up but refuses one text: this counts as an answer of the backend.
ANSWERS = frozenset(map(ErrorKind, ANSWER_KINDS))
# These failures last until a setting, the server or the quota changes; others may be temporary.
LASTING = frozenset(
    {
        ErrorKind.MODEL,
        ErrorKind.TLS,
        ErrorKind.AUTH,
        ErrorKind.CONFIGURATION,
        ErrorKind.NOT_FOUND,
        ErrorKind.REDIRECT,
        ErrorKind.QUOTA,
    }
)
# The backend can't be used now, whatever the text: splitting the batch would not help.
OUTAGES = LASTING | {
    ErrorKind.CONNECT,
    ErrorKind.RATE_LIMITED,
    ErrorKind.LOADING,
    ErrorKind.CIRCUIT_OPEN,
}


@dataclass(frozen=True, slots=True)
class BackendInfo:
    """`name` is the configured name, `model_version` the exact weights, `labels` those
    it assesses, in its output order.
    `max_tokens` is 0 where it is unknown: those of one window if longer texts are read in windows,
    of which there are at most `max_windows`. `notice` is shown to staff beside the backend.
    `languages` are codes of the languages it assesses, None where that is not stated.
    """

    name: str
    model_version: str
    labels: tuple[Label, ...]
    activation: Activation
    runtime: str
    precision: str
    location: Location
    max_tokens: int
    notice: str | None = None
    languages: tuple[str, ...] | None = None
    max_windows: int = 1


@dataclass(frozen=True, slots=True)
class FailedCall:
    """A backend that was tried before the one that answered, and failed."""

    info: BackendInfo
    error_kind: str
    attempts: int
    total_ms: float


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a text: its characters from `start` up to `end`, or, if there is a `reading`, those
    of the form with that index in the text's `readings`."""

    start: int
    end: int
    reading: int | None = None


@dataclass(frozen=True, slots=True)
class TextResult:
    """The outcome for one text: `scores`, or `error` in words with its kind, never both.

    `model_version` and `backend` name what gave these scores where it is not the backend that was
    called. `other_scores` are those of labels that the console does not have. `language` is the
    text's language where a detector was asked and is sure; an error of the kind LANGUAGE means that
    no backend assesses it. `unassessed_part` is the language of a part of the text that no backend
    assesses: the scores are those of the rest. No model read the last `unread_chars` characters.
    Of a text that was read in several windows, `passages` has for each label the one with the
    highest score.
    """

    scores: Mapping[Label, float] = field(default_factory=dict)
    error: str | None = None
    error_kind: ErrorKind | None = None
    model_version: str | None = None
    backend: str | None = None
    other_scores: Mapping[str, float] = field(default_factory=dict)
    language: str | None = None
    unassessed_part: str | None = None
    unread_chars: int = 0
    passages: Mapping[Label, Passage] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallMetadata:
    """One call as measured by the caller. Times in milliseconds; None means unknown, never 0.

    `cache_hits` texts were answered from the cache and `first_stage_count` cleared by the first
    stage. `audit_count` texts that it would have cleared were scored by the full model anyway,
    and `audit_missed` of those were flagged. With a first stage, `flag_count` texts were
    flagged by the full model. For a remote backend, `request_id` was sent with the call,
    `model_revision` answered, `server_ms` is the server's own total, `server_queue_ms` its part
    of `queue_ms`, and `wait_ms` was spent here before and between attempts. With fallbacks,
    `answered_by` answered after `failed_calls` had failed.
    """

    total_ms: float
    tokenize_ms: float | None = None
    compute_ms: float | None = None
    queue_ms: float | None = None
    network_ms: float | None = None
    tokens: int | None = None
    attempts: int = 1
    cache_hits: int = 0
    first_stage_ms: float | None = None
    first_stage_count: int = 0
    audit_count: int = 0
    audit_missed: int = 0
    flag_count: int = 0
    server_ms: float | None = None
    server_queue_ms: float | None = None
    wait_ms: float | None = None
    request_id: str | None = None
    model_revision: str | None = None
    answered_by: BackendInfo | None = None
    failed_calls: tuple[FailedCall, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchResult:
    """`results` has the length and order of the texts given."""

    results: tuple[TextResult, ...]
    call: CallMetadata


class Backend(Protocol):
    """A model or service that scores texts. `score` is safe to call from several threads."""

    @property
    def info(self) -> BackendInfo:
        """Name, version and labels of the backend; known before `load`."""
        ...

    def load(self) -> None:
        """Prepare for scoring; a second call does nothing. Raises ModelNotUsable."""
        ...

    def score(self, texts: Sequence[str]) -> BatchResult:
        """Score texts in one call. A bad text fails alone, in its result; BackendError means
        the whole call failed."""
        ...

    def health(self) -> str | None:
        """None if it can score, else the reason in one line."""
        ...

    def close(self) -> None:
        """Release what `load` acquired."""
        ...


def check_count(name: str, answer: BatchResult, texts: Sized) -> None:
    """Raises BackendError, naming the backend, unless there is one result for each text."""
    if problem := count_problem(len(answer.results), len(texts)):
        raise BackendError(f"{name} {problem}", kind=ErrorKind.BAD_SHAPE)


def count_problem(given: int, texts: int) -> str | None:
    """What is wrong with so many results for so many texts."""
    return None if given == texts else f"gave {given} results for {texts} texts"
