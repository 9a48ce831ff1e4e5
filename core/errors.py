"""The errors of this project, one tree.

ConsoleError
├── InvalidInput          the caller's data is wrong: names the file and row, or the field
│   ├── UnreadableFile    a file is not in the format that its name says
│   ├── InvalidRows       rows sent together are wrong: names each
│   ├── BodyTooLarge      a request has more bytes than one call may bring
│   ├── EncodedBody       a request's body is compressed or encoded otherwise
│   ├── InvalidPolicy     a policy contradicts itself or leaves a score without a rule
│   └── InvalidAppeal     an appeal says nothing, is too long or can't be stored
├── NotFound              no such comment, case, reference, key or log entry
├── PermissionDenied      this actor may not do this, and why
│   └── SignInRefused     the identity provider refuses the sign-in, or gives no role here
├── Conflict              another person or process was first: the state changed meanwhile
├── RuleBroken            a rule of moderation forbids it (a missing reason, for example)
│   └── AppealRefused     the decision can't be appealed, or not any more
├── BackendError          an inference backend did not answer as it should
│   └── ModelNotUsable    a model's files are missing or changed, or its server misreads it
├── TextNotScored         the backend could not score this text, while it scores others
├── Overloaded            the queue for scoring is too long: try again later
├── SourceUnavailable     a source of comments did not answer
├── IdentityUnavailable   the identity provider did not answer
├── StoreError            the state, the log or another file can't be read or written
│   └── LogStoreUnavailable   the log's shared store does not answer or has no space
├── MissingExtra          an optional package is not installed: names what to install
├── TelemetryUnavailable  the OpenTelemetry collector did not take what it was sent
├── DataFileMismatch      a named data file is missing or has unexpected content
└── ConfigError           a setting, the backends file or an API key's file is wrong
"""

from collections.abc import Sequence
from dataclasses import dataclass

PROGRAM_FAULTS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What Python raises where this program is wrong. Caught, and logged, where a fault that one text
meets must not take other texts with it."""


class ConsoleError(Exception):
    """The base class of all; its message is shown to users."""


class InvalidInput(ConsoleError):
    """The caller's data is wrong; the message says where."""


class UnreadableFile(InvalidInput):
    """The file is not in the format that its name says, or not readable."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One problem of one row. `row` is the index into the list sent, from 0."""

    row: int
    field: str | None
    message: str


class InvalidRows(InvalidInput):
    """Rows sent together are wrong; `problems` has the first hundred."""

    MOST_PROBLEMS = 100

    def __init__(self, message: str, problems: Sequence[RowProblem]) -> None:
        super().__init__(message)
        self.problems = tuple(problems[: self.MOST_PROBLEMS])


class BodyTooLarge(InvalidInput):
    """The request's body has more bytes than one call may bring."""


class EncodedBody(InvalidInput):
    """The request's body is compressed or encoded otherwise; it must be sent unencoded."""


class InvalidPolicy(InvalidInput, ValueError):
    """A policy contradicts itself or leaves a score without a rule; the message says where."""


class InvalidAppeal(InvalidInput):
    """An author's appeal is empty, too long or not storable. `problem` is the value of a
    `core.moderation.appeals.AppealProblem`."""

    def __init__(self, message: str, problem: str) -> None:
        super().__init__(message)
        self.problem = problem


class NotFound(ConsoleError):
    """What was asked for does not exist, or the caller must not learn whether it does."""


class PermissionDenied(ConsoleError):
    """The actor may not do this; the message says why."""


class SignInRefused(PermissionDenied):
    """The person can't be signed in: the identity provider refuses, what it says can't be believed,
    or it gives the person no role here."""


class Conflict(ConsoleError):
    """Another person or process was first; the message says what they did."""


class RuleBroken(ConsoleError):
    """A rule of moderation forbids the action in the present state."""


class AppealRefused(RuleBroken):
    """The decision can't be appealed now. `problem` is the value of a
    `core.moderation.appeals.AppealProblem`."""

    def __init__(self, message: str, problem: str) -> None:
        super().__init__(message)
        self.problem = problem


class BackendError(ConsoleError):
    """An inference backend failed. `kind` is the value of a `core.inference.base.ErrorKind`;
    `attempts` is how often it was called, 0 if it was not."""

    def __init__(self, message: str, *, kind: str = "backend", attempts: int = 1) -> None:
        super().__init__(message)
        self.kind = kind
        self.attempts = attempts


class ModelNotUsable(BackendError):
    """The model can't be used: a file is missing, changed or not supported, or its server
    misreads it (a softmax instead of a sigmoid, for example)."""

    def __init__(self, message: str) -> None:
        super().__init__(message, kind="model")


class TextNotScored(ConsoleError):
    """The backend could not score this text; it scores others."""


class Overloaded(ConsoleError):
    """The queue for scoring is too long; `retry_after_s` is when to try again."""

    def __init__(self, message: str, *, retry_after_s: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class SourceUnavailable(ConsoleError):
    """A source of comments did not answer, or not in its documented format."""


class IdentityUnavailable(ConsoleError):
    """The identity provider did not answer, or not as OpenID Connect says."""


class StoreError(ConsoleError):
    """The state, the serving log or another file in MODCONSOLE_HOME can't be read or written."""


class LogStoreUnavailable(StoreError):
    """The shared store of the serving log does not answer, is not there or has no space; what was
    to be uploaded stays on this machine."""


class TelemetryUnavailable(ConsoleError):
    """The OpenTelemetry collector does not answer or does not take what it is sent; it stays in the
    serving log and is sent the next time."""


class MissingExtra(ConsoleError):
    """An optional package is missing; the message names the extra to install."""


class DataFileMismatch(ConsoleError):
    """A named data file is missing or has unexpected content."""


class ConfigError(ConsoleError):
    """A setting, the backends file or an API key's file is wrong; the message names it."""
