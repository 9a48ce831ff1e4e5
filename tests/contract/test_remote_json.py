"""Generic JSON services: one text a call, and results fetched after a redirect."""

import pytest

from core.errors import BackendError
from core.inference.base import ErrorKind
from core.moderation.scores import Label
from tests.contract.conftest import ABUSE, Open, toxicity
from tests.contract.remote_configs import LABELS
from tests.contract.remote_server import ReceivedRequest, RemoteServer, ServerAnswer, scores_of


def test_generic_with_one_text_a_call(server: RemoteServer, opened: Open) -> None:
    server.override = lambda asked: ServerAnswer(
        {"output": {"scores": list(scores_of(asked.body["q"]).values())}}
    )
    backend = opened(
        "json",
        request={"q": "{text}", "opts": {"n": 5}},
        results="output",
        scores="scores",
        label_order=list(LABELS.values()),
    )
    batch = backend.score(["fine", ABUSE])
    assert [r.scores[Label.TOXICITY] for r in batch.results] == pytest.approx([0.02, 0.92])
    assert server.asked[-1].body["opts"] == {"n": 5}


def test_modal_is_followed_to_its_result_on_the_same_place_only(
    server: RemoteServer, opened: Open
) -> None:
    """A long call is answered 303 to where its result will be."""

    def answer(asked: ReceivedRequest) -> ServerAnswer | None:
        if asked.path == "/json":
            server.texts = asked.body["payload"]["comments"]  # type: ignore[attr-defined]
            return ServerAnswer(b"", 303, {"Location": "/json/result?id=1"})
        results = [{"found": scores_of(text)} for text in server.texts]  # type: ignore[attr-defined]
        return ServerAnswer({"data": {"results": results}})

    server.override = answer
    assert toxicity(opened("json", follows_303=True)) == pytest.approx(0.92)
    server.override = lambda _asked: ServerAnswer(b"", 303, {"Location": "http://localhost:1/json"})
    with pytest.raises(BackendError, match="redirects to another place") as caught:
        opened("json", follows_303=True).score(["a"])
    assert caught.value.kind == ErrorKind.REDIRECT


def test_redirects_without_end_come_to_one(server: RemoteServer, opened: Open) -> None:
    server.override = lambda _asked: ServerAnswer(b"", 303, {"Location": "/json"})
    with pytest.raises(BackendError, match="redirects without end"):
        opened("json", follows_303=True).score(["a"])
