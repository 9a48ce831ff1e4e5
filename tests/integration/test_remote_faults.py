"""Every fault of a remote backend: its error kind, the attempts, the message, and nothing lost.

Each fault is tested end to end: a comment is submitted, the backend fails, and the comment is
held with the reason. Then the backend recovers, and the comment is scored and decided on.
"""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from core.inference.base import OUTAGES, ErrorKind
from core.inference.remote import transport
from tests.contract.remote_server import ReceivedRequest, RemoteServer, ServerAnswer
from tests.integration.faulty_answers import always, good, rows
from tests.integration.remote_console import Console, check_held, check_scored

pytestmark = pytest.mark.slow

K = ErrorKind
LOADING = {"error": "Model x is currently loading", "estimated_time": 20.0}
QUOTA = {"error": {"code": "insufficient_quota", "type": "insufficient_quota", "message": "x"}}
KEY_REFUSED = {"error": {"code": 400, "details": [{"reason": "API_KEY_INVALID"}]}}
ANSWERS: list[tuple[str, Callable[[ReceivedRequest], ServerAnswer], ErrorKind, int]] = [
    ("400", always(400), K.CONFIGURATION, 1),
    ("400 for the key", always(400, KEY_REFUSED), K.AUTH, 1),
    ("400 for the model", always(400, {"error": {"code": "model_not_found"}}), K.NOT_FOUND, 1),
    ("401", always(401), K.AUTH, 1),
    ("402", always(402), K.QUOTA, 1),
    ("403", always(403), K.AUTH, 1),
    ("404", always(404), K.NOT_FOUND, 1),
    ("408", always(408), K.TIMEOUT, 3),
    ("413", always(413), K.CONFIGURATION, 1),
    ("415", always(415), K.CONFIGURATION, 1),
    ("422", always(422), K.CONFIGURATION, 1),
    ("424", always(424), K.BACKEND, 1),
    ("425", always(425), K.BACKEND, 3),
    ("429 storm", always(429), K.RATE_LIMITED, 3),
    ("429 for an hour", always(429, Retry_After="3600"), K.RATE_LIMITED, 1),
    ("429 quota", always(429, QUOTA), K.QUOTA, 1),
    ("500", always(500), K.BACKEND, 3),
    ("502", always(502), K.BACKEND, 3),
    ("503", always(503), K.BACKEND, 3),
    ("503 loading", always(503, LOADING), K.LOADING, 3),
    ("504", always(504), K.TIMEOUT, 3),
    ("redirect", always(302, Location="http://127.0.0.1:1/"), K.REDIRECT, 1),
    ("303", always(303, Location="/elsewhere"), K.REDIRECT, 1),
    ("malformed JSON", good(b'[[{"label": "toxic", '), K.BAD_SHAPE, 1),
    ("HTML", good(b"<html>Good morning</html>"), K.BAD_SHAPE, 1),
    ("not UTF-8", good(b'"\xff\xfe'), K.BAD_SHAPE, 1),
    ("empty", good(b""), K.BAD_SHAPE, 1),
    ("nested too deep", good(b"[" * 40_000), K.BAD_SHAPE, 1),
    ("wrong shape: object", good({"scores": [0.1]}), K.BAD_SHAPE, 1),
    ("wrong shape: null", good(None), K.BAD_SHAPE, 1),
    ("wrong shape: numbers", rows(lambda found: [0.5 for _ in found]), K.BAD_SHAPE, 1),
    ("wrong shape: texts", rows(lambda f: [[{"label": "toxic", "score": "1"}]] * len(f)),
     K.BAD_SHAPE, 1),
    ("one too few", rows(lambda found: found[:-1]), K.BAD_SHAPE, 1),
    ("one too many", rows(lambda found: [*found, found[0]]), K.BAD_SHAPE, 1),
    ("top 1", rows(lambda found: [row[:1] for row in found]), K.BAD_SHAPE, 1),
    ("another model's labels", rows(lambda f: [[{"label": "LABEL_0", "score": 0.1},
                                                {"label": "LABEL_1", "score": 0.9}]] * len(f)),
     K.BAD_SHAPE, 1),
    ("oversized", good(b" " * 60_000), K.TOO_LARGE, 1),
    ("oversized once unpacked", lambda _asked: ServerAnswer(
        gzip.compress(b" " * 1_000_000), 200, {"Content-Encoding": "gzip"}), K.TOO_LARGE, 1),
    ("no gzip at all", always(200, b"plain", Content_Encoding="gzip"), K.BACKEND, 1),
]  # fmt: skip


@pytest.mark.usefixtures("no_collection")
@pytest.mark.parametrize(
    ("name", "answer", "kind", "attempts"), ANSWERS, ids=[a[0] for a in ANSWERS]
)
def test_bad_answer_is_named_and_loses_nothing(
    name: str,
    answer: Callable[[ReceivedRequest], ServerAnswer],
    kind: ErrorKind,
    attempts: int,
    console: Console,
    server: RemoteServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "MAX_ANSWER_BYTES", 50_000)
    backend = console.backend(tmp_path, server.url)
    backend.load()
    server.asked.clear()
    server.override = answer
    held = check_held(console, backend, kind, attempts)
    # What is not an outage by its kind is asked once more, with a harmless text; and so it is found
    # out that it is no text that was refused, but all.
    extra = kind is K.CONFIGURATION or kind not in OUTAGES
    assert len(server.asked) == attempts + extra
    server.override = lambda _asked: None
    check_scored(console, console.backend(tmp_path, server.url), held)
    backend.close()
