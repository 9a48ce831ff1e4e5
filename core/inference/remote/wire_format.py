"""What a wire protocol is: how texts are asked for, and how an answer is read."""

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
"""What no server can object to."""


@dataclass(frozen=True, slots=True)
class ServerMetadata:
    """What a server says of its own work. Milliseconds; None where it does not say."""

    server_ms: float | None = None
    queue_ms: float | None = None
    tokenize_ms: float | None = None
    compute_ms: float | None = None
    tokens: int | None = None
    model_revision: str | None = None
    request_id: str | None = None


class WireFormat(ABC):
    """One protocol with one site's settings. A subclass reads and writes one server's shapes."""

    path: ClassVar[str] = ""
    batch_size: int = 32
    max_bytes: ClassVar[int | None] = None
    default_labels: ClassVar[Mapping[Label, tuple[str, ...]]] = {}
    default_activation: ClassVar[Activation] = Activation.SIGMOID
    # Keys of a [[backend]] table that only this kind knows, and what their values must be.
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
        """Whether `rows` are logits, for the caller to put through the activation."""
        return False

    @abstractmethod
    def request(self, texts: Sequence[str]) -> HttpRequest:
        """The request for that many texts, at most `batch_size`."""

    @abstractmethod
    def rows(self, response: HttpResponse, count: int) -> Sequence[Row]:
        """Scores under the server's own labels, in the order of the texts. Raises AttemptFailed."""

    def metadata(self, response: HttpResponse) -> ServerMetadata:
        """What the answer says of itself."""
        return ServerMetadata(request_id=server_request_id(response.headers))

    def revision_request(self) -> HttpRequest | None:
        """Where the server says which weights it runs; None where it doesn't."""
        return None

    def revision(self, _response: HttpResponse) -> str | None:
        """The exact weights, from the answer to `about`."""
        return None

    def secret_params(self, _key: str) -> Mapping[str, str]:
        """The key as query parameters, for the services that want it there."""
        return {}

    def sent_headers(self) -> Mapping[str, str]:
        """Headers of the protocol itself."""
        return {}

    def problem(self) -> str | None:
        """What is wrong with the settings of this kind, naming the key; None for nothing."""
        return None

    def named(self, values: Sequence[float]) -> Row:
        """A bare list of scores under the names declared for it."""
        names = self.config.label_order
        if len(values) != len(names):
            raise bad_shape(f"gave {len(values)} scores a text; label_order names {len(names)}")
        return dict(zip(names, values, strict=True))

    @property
    def label_count(self) -> int:
        """How many labels of the server are needed."""
        return len({name for names in self.labels.values() for name in names})
