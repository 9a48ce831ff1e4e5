"""The errors of this project, one tree.

ConsoleError
├── InvalidInput          the caller's data is wrong: names the file and row, or the field
│   ├── UnreadableFile    a file that can't be read as what it says it is
│   ├── InvalidRows       rows sent together are wrong: names each
│   ├── BodyTooLarge      a request has more bytes than one call may bring
│   ├── EncodedBody       a request's body is compressed or encoded otherwise
│   └── InvalidPolicy     a policy contradicts itself or leaves a score without a rule
├── NotFound              no such comment, case, decision or reference
├── PermissionDenied      this actor may not do this, and why
├── Conflict              somebody was first: the state changed since it was read
├── RuleBroken            a rule of moderation forbids it (an appeal out of time, a missing reason)
├── BackendError          an inference backend did not answer as it should
│   └── ModelNotUsable    the model's files are missing, changed or unsupported
├── TextNotScored         the backend could not score this text, while it scores others
├── Overloaded            more waits to be scored than can be in time: come again later
├── SourceUnavailable     a place comments come from did not answer
├── StoreError            the state store can't be opened or written
├── MissingExtra          an optional package is not installed: names what to install
├── DataFileMismatch      a named data file is missing or is not the one expected
└── ConfigError           a setting has an unusable value
"""

from collections.abc import Sequence
from dataclasses import dataclass


class ConsoleError(Exception):
    """Base of all; its text is written for the person who reads it."""


class InvalidInput(ConsoleError):
    """The caller's data is wrong; the text names where."""


class UnreadableFile(InvalidInput):
    """The file can't be read as what it says it is."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong. `row` counts from 0, like an index into the list sent."""

    row: int
    field: str | None
    message: str


class InvalidRows(InvalidInput):
    """Rows sent together are wrong; `problems` names the first hundred by index and field."""

    MOST_PROBLEMS = 100

    def __init__(self, message: str, problems: Sequence[RowProblem]) -> None:
        super().__init__(message)
        self.problems = tuple(problems[: self.MOST_PROBLEMS])


class BodyTooLarge(InvalidInput):
    """The request's body has more bytes than one call may bring."""


class EncodedBody(InvalidInput):
    """The request's body is compressed or encoded in another way; it must be sent as it is."""


class InvalidPolicy(InvalidInput, ValueError):
    """A policy contradicts itself or leaves a score without a rule; the text names where."""


class NotFound(ConsoleError):
    """What was asked for does not exist, or is not to be told apart from that."""


class PermissionDenied(ConsoleError):
    """The actor's role does not allow the act."""


class Conflict(ConsoleError):
    """Somebody else changed it first; the text says whose decision stands."""


class RuleBroken(ConsoleError):
    """A rule of moderation forbids the act in this state."""


class BackendError(ConsoleError):
    """An inference backend failed; `kind` is one of `core.inference.base.ErrorKind`, `attempts`
    how often it was asked: 0 when it was not."""

    def __init__(self, message: str, *, kind: str = "backend", attempts: int = 1) -> None:
        super().__init__(message)
        self.kind = kind
        self.attempts = attempts


class ModelNotUsable(BackendError):
    """The model's files are missing, changed or not supported."""

    def __init__(self, message: str) -> None:
        super().__init__(message, kind="model")


class TextNotScored(ConsoleError):
    """The backend could not score a text, while it scores others."""


class Overloaded(ConsoleError):
    """More waits to be scored than can be in time; `retry_after_s` is when to come again."""

    def __init__(self, message: str, *, retry_after_s: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class SourceUnavailable(ConsoleError):
    """A source of comments did not answer, or not in its documented shape."""


class StoreError(ConsoleError):
    """The state store can't be opened or written."""


class MissingExtra(ConsoleError):
    """An optional package is missing; the text names the extra to install."""


class DataFileMismatch(ConsoleError):
    """A named data file is missing or differs from the one expected."""


class ConfigError(ConsoleError):
    """A setting has an unusable value; the text names the setting."""
