"""The interface of a wire protocol: how to request scores and how to read the answer."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from core.inference.backends_file import BackendConfig
from core.inference.base import Activation
from core.inference.remote.shapes import bad_shape, server_request_id
from core.inference.remote.transport import HttpRequest, HttpResponse
from core.moderation.scores import Label

Row = Mapping[str, float]
HARMLESS = "Good morning."
"""A text that no server objects to."""


@dataclass(frozen=True, slots=True)
class ServerMetadata:
    """What a server reports about its own work, in milliseconds; None if not reported."""

    server_ms: float | None = None
    queue_ms: float | None = None
    tokenize_ms: float | None = None
    compute_ms: float | None = None
    tokens: int | None = None
    model_revision: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Described:
    """What a server says about its model, if it does: the revision, and the most tokens of a
    text."""

    revision: str | None
    max_tokens: int | None = None


class WireFormat(ABC):
    """One protocol with one backend's settings. Subclasses write the requests and read the answers
    of one server."""

    path: ClassVar[str] = ""
    batch_size: int = 32
    max_bytes: ClassVar[int | None] = None
    default_labels: ClassVar[Mapping[Label, tuple[str, ...]]] = {}
    default_languages: ClassVar[tuple[str, ...] | None] = None
    default_activation: ClassVar[Activation] = Activation.SIGMOID
    # Keys of a [[backend]] table that only this kind has, with the type of each.
    options: ClassVar[Mapping[str, type]] = {}
    needs: ClassVar[frozenset[str]] = frozenset({"labels"})
    busy_means_loading: ClassVar[bool] = False
    notice: ClassVar[str | None] = None

    def __init__(self, config: BackendConfig) -> None:
        self.config = config
        self.labels = config.labels or self.default_labels
        self.activation = config.activation or self.default_activation

    @property
    def gives_logits(self) -> bool:
        """Whether `rows` are logits, so that the caller must apply the activation."""
        return False

    @abstractmethod
    def request(self, texts: Sequence[str]) -> HttpRequest:
        """The request to score these texts, at most `batch_size`."""

    @abstractmethod
    def rows(self, response: HttpResponse, count: int) -> Sequence[Row]:
        """Scores under the server's own labels, in the order of the texts. Raises AttemptFailed."""

    def metadata(self, response: HttpResponse) -> ServerMetadata:
        """What the answer reports besides the scores."""
        return ServerMetadata(request_id=server_request_id(response.headers))

    def revision_request(self) -> HttpRequest | None:
        """The request for the revision of the served weights; None if the server has no such
        endpoint."""
        return None

    def described(self, _response: HttpResponse) -> Described:
        """The answer to `revision_request`."""
        return Described(None)

    def unread_chars(self, _response: HttpResponse, count: int) -> Sequence[int]:
        """How many characters at the end of each text the server did not read, if it tells."""
        return [0] * count

    def secret_params(self, _key: str) -> Mapping[str, str]:
        """The key as query parameters, for services that expect it there."""
        return {}

    def sent_headers(self) -> Mapping[str, str]:
        """Headers that the protocol needs."""
        return {}

    def problem(self) -> str | None:
        """What is wrong with the settings of this kind, naming the key; None if nothing."""
        return None

    def named(self, values: Sequence[float]) -> Row:
        """A bare list of scores, named by `label_order`."""
        names = self.config.label_order
        if len(values) != len(names):
            raise bad_shape(f"gave {len(values)} scores a text; label_order names {len(names)}")
        return dict(zip(names, values, strict=True))

    @property
    def label_count(self) -> int:
        """How many of the server's labels are needed."""
        return len({name for names in self.labels.values() for name in names})
