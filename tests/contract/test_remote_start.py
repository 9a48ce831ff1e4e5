"""The first calls distinguish an outage from a server that misreads its model."""

from typing import Any

import pytest

from core.errors import BackendError, ModelNotUsable
from core.inference.base import ErrorKind
from core.moderation.scores import Label
from tests.contract.conftest import ABUSE, Open
from tests.contract.remote_server import (
    ReceivedRequest,
    RemoteServer,
    ServerAnswer,
    scores_of,
    softmax_of,
)
from tests.contract.remote_server import pairs as pairs_of

PAGE = b"<!doctype html><title>Sign in to the network</title>"


@pytest.mark.parametrize("kind", ["tei", "openai", "vllm", "oip", "guard", "perspective", "json"])
@pytest.mark.parametrize("page", [PAGE, b"", b"OK", b"\xff\xfe", b'{"data": '])
def test_page_at_the_start_is_an_outage_and_passes(
    server: RemoteServer, opened: Open, kind: str, page: bytes
) -> None:
    backend = opened(kind)
    server.override = lambda _asked: ServerAnswer(page)
    backend.load()
    with pytest.raises(BackendError) as caught:
        backend.score([ABUSE])
    assert caught.value.kind == ErrorKind.BAD_SHAPE
    assert not isinstance(caught.value, ModelNotUsable)
    server.override = lambda _asked: None
    assert backend.score([ABUSE]).results[0].scores[Label.TOXICITY] > 0.5


def takes(most: int, status: int) -> Any:
    def answer(asked: ReceivedRequest) -> ServerAnswer | None:
        texts = asked.body["inputs"] if asked.body else []
        return ServerAnswer({"error_type": "Validation"}, status) if len(texts) > most else None

    return answer


@pytest.mark.parametrize("status", [400, 413, 422, 424, 500])
@pytest.mark.parametrize("most", [1, 2])
def test_server_that_takes_few_texts_gets_few(
    server: RemoteServer, opened: Open, most: int, status: int
) -> None:
    server.override = takes(most, status)
    backend = opened("tei", attempts=1)
    backend.load()
    server.asked.clear()
    texts = [ABUSE, "fine", "good day", "damn", "hello"]
    found = [result.scores[Label.TOXICITY] for result in backend.score(texts).results]
    assert found == pytest.approx([scores_of(text)["toxic"] for text in texts])
    assert max(len(asked.body["inputs"]) for asked in server.asked) == most


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, b"", ErrorKind.CONFIGURATION),
        (422, {"detail": "no"}, ErrorKind.CONFIGURATION),
        (413, b"", ErrorKind.CONFIGURATION),
        (400, {"error": {"details": [{"reason": "API_KEY_INVALID"}]}}, ErrorKind.AUTH),
        (400, {"error_code": "BAD_REQUEST", "message": "Failed to enforce schema of data"},
         ErrorKind.CONFIGURATION),
        (400, {"error": "Model x is not supported by provider hf-inference"},
         ErrorKind.CONFIGURATION),
        (404, {"error": "no such model"}, ErrorKind.NOT_FOUND),
    ],
)  # fmt: skip
def test_what_is_refused_at_the_start_is_no_comment(
    server: RemoteServer, opened: Open, status: int, body: Any, kind: ErrorKind
) -> None:
    server.override = lambda _asked: ServerAnswer(body, status)
    backend = opened("vllm")
    backend.load()
    with pytest.raises(BackendError) as caught:
        backend.score([ABUSE, "fine"])
    assert caught.value.kind == kind


def test_server_found_unusable_is_not_asked_again_for_every_comment(
    server: RemoteServer, opened: Open
) -> None:
    server.override = lambda asked: ServerAnswer(
        {"data": [pairs_of(softmax_of(text)) for text in asked.body["input"]]}
    )
    backend = opened("infinity")
    for _ in range(5):
        with pytest.raises(ModelNotUsable, match="add up to 1"):
            backend.score([ABUSE])
    assert len(server.asked) == 1


def test_advice_names_the_settings_of_the_file(server: RemoteServer, opened: Open) -> None:
    def scores(asked: ReceivedRequest) -> ServerAnswer | None:
        if asked.body is None:
            return None
        return ServerAnswer([pairs_of(scores_of(one[0])) for one in asked.body["inputs"]])

    server.override = scores
    with pytest.raises(ModelNotUsable) as caught:
        opened("tei").load()
    assert "raw_scores" not in str(caught.value)
    assert "use a version that gives them" in str(caught.value)
    server.override = lambda asked: ServerAnswer(
        {"data": {"results": [{"found": scores_of(t)} for t in asked.body["payload"]["comments"]]}}
    )
    with pytest.raises(ModelNotUsable, match="Take `logits` out of its settings"):
        opened("json", logits=True).load()


@pytest.mark.parametrize(
    ("kind", "advice"),
    [("json", "set `logits = true`"), ("infinity", "set `raw_scores = true`"), ("mlflow", None)],
)
def test_advice_for_logits_names_a_key_of_the_kind(
    server: RemoteServer, opened: Open, kind: str, advice: str | None
) -> None:
    def logits(asked: ReceivedRequest) -> ServerAnswer:
        row = [{"label": name, "score": -4.2} for name in scores_of("")]
        count = len(
            asked.body.get("inputs") or asked.body.get("input") or asked.body["payload"]["comments"]
        )
        return ServerAnswer(
            {"data": {"results": [{"found": row}] * count}}
            if kind == "json"
            else {"data": [row] * count, "predictions": [row] * count}
        )

    server.override = logits
    with pytest.raises(ModelNotUsable, match="so logits, not scores") as caught:
        opened(kind).load()
    assert (advice or "apply its activation") in str(caught.value)
    assert ("= true" in str(caught.value)) == (advice is not None)
