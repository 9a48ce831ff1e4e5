"""The API's paths: which error format each answers with, which need no key, and their metric
labels."""

import re
from enum import Enum, auto

from core.moderation.api_keys import KeyScope

OPEN_PATHS = frozenset(
    {"/", "/docs", "/openapi.json", "/healthz", "/v2/health/live", "/v2/health/ready"}
)
LIVE_PATH = "/v2/health/live"
_EXACT = OPEN_PATHS | {
    "/v1/comments",
    "/v1/reports",
    "/v1/moderations",
    "/predict",
    "/metrics",
    "/v2",
}
_MODEL = re.compile(r"/v2/models/[^/]+(?:/versions/[^/]+)?(|/ready|/infer)")


class ErrorFormat(Enum):
    """Which API's error body a path answers with."""

    CONSOLE = auto()
    OPENAI = auto()
    TEXT_EMBEDDINGS_INFERENCE = auto()
    OPEN_INFERENCE = auto()


def error_format_of(path: str) -> ErrorFormat:
    """The error format that clients of this path expect."""
    if path == "/v1/moderations":
        return ErrorFormat.OPENAI
    if path == "/predict":
        return ErrorFormat.TEXT_EMBEDDINGS_INFERENCE
    if path == "/v2" or path.startswith("/v2/"):
        return ErrorFormat.OPEN_INFERENCE
    return ErrorFormat.CONSOLE


def scope_of(path: str) -> KeyScope | None:
    """What a key must be made for to be used there; None if every key will do."""
    if path == "/v1/comments" or path.startswith("/v1/comments/"):
        return KeyScope.COMMENTS_WRITE
    if path == "/v1/reports":
        return KeyScope.REPORTS_WRITE
    if path.startswith("/v1/decisions"):
        return KeyScope.DECISIONS_READ
    return KeyScope.SCORE if stores_nothing(path) or path == "/v2" else None


def stores_nothing(path: str) -> bool:
    """Whether the path scores texts without storing them: those that follow other vendors' APIs."""
    return path in ("/v1/moderations", "/predict") or path.startswith("/v2/models/")


def route_of(path: str) -> str:
    """The route as a metric label, from a fixed set: paths that callers make up must not create
    labels."""
    if path in _EXACT:
        return path
    if path.startswith("/v1/comments/"):
        return "/v1/comments/{id}"
    if path.startswith("/v1/decisions/"):
        return "/v1/decisions/{reference}"
    if match := _MODEL.fullmatch(path):
        return "/v2/models/{model}" + match[1]
    return "other"
