"""A part of a remote answer is bad or missing: that part is held or waits, the rest is decided."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import BackendError
from core.inference.base import ErrorKind
from core.moderation.decisions import DecisionSource
from core.moderation.policies import Action
from core.services.queries import load_case
from core.services.score import score_waiting
from tests.contract.remote_server import ReceivedRequest, RemoteServer, ServerAnswer
from tests.factories import CLEAN, HELD, MODERATOR, REMOVED, chain_of, posted
from tests.integration.faulty_answers import always, good
from tests.integration.remote_console import Console, check_held, check_scored


@pytest.mark.parametrize("bad", ["NaN", "Infinity", "-0.1", "1.5", "1e999"])
def test_score_that_is_none_condemns_its_text_alone(
    console: Console, server: RemoteServer, tmp_path: Path, bad: str
) -> None:
    backend = console.backend(tmp_path, server.url, "console")
    backend.load()

    def answer(asked: ReceivedRequest) -> ServerAnswer:
        names = [str(label) for label in backend.info.labels]
        found = [
            {"modconsole": {"scores": dict.fromkeys(names, 1e300 if text == REMOVED else 0.01)}}
            for text in asked.body["input"]
        ]
        body = json.dumps({"model": "m", "results": found}).replace("1e+300", bad)
        return ServerAnswer(body.encode())

    server.override = answer
    bad_one, good_one = console.decide_now(console.scorer(backend), REMOVED, CLEAN)
    assert [past.action for past in chain_of(console.services, good_one)] == [Action.APPROVE]
    (held,) = chain_of(console.services, bad_one)
    assert (held.action, held.source) == (Action.HOLD, DecisionSource.FAILURE_POLICY)
    view = load_case(console.services.context, MODERATOR, bad_one.id)
    assert view.failure is ErrorKind.BAD_SCORE
    server.override = lambda _asked: None
    check_scored(console, console.backend(tmp_path, server.url, "console"), [bad_one])


def test_results_with_indexes_are_put_back_in_order(
    console: Console, server: RemoteServer, tmp_path: Path
) -> None:
    """vLLM numbers its results; the stub sends them in reverse order. Other protocols have no
    numbers, so a changed order can't be detected there."""
    backend = console.backend(tmp_path, server.url, "vllm")
    clean, removed = console.decide_now(console.scorer(backend), CLEAN, REMOVED)
    assert chain_of(console.services, clean)[-1].action is Action.APPROVE
    assert chain_of(console.services, removed)[-1].action is Action.REMOVE


@pytest.mark.parametrize("indexes", [[0, 0], [0, 2], [None, 1], ["0", "1"], [True, False]])
def test_results_with_wrong_indexes_are_refused(
    console: Console, server: RemoteServer, tmp_path: Path, indexes: list[Any]
) -> None:
    backend = console.backend(tmp_path, server.url, "vllm")
    backend.load()
    item = {"probs": [0.1] * 5}
    server.override = good({"data": [{"index": index, **item} for index in indexes]})
    check_held(console, backend, ErrorKind.BAD_SHAPE, attempts=1)


def test_one_text_that_breaks_the_server_is_found_and_the_rest_are_scored(
    console: Console, server: RemoteServer, tmp_path: Path
) -> None:
    backend = console.backend(tmp_path, server.url)
    server.override = lambda asked: (
        ServerAnswer(b"", 500) if asked.body and ["poison"] in asked.body["inputs"] else None
    )
    texts = [CLEAN] * 9 + ["poison"] + [REMOVED] * 6
    revisions = [posted(console.services, text) for text in texts]
    report = list(score_waiting(console.services.context, console.scorer(backend)))[-1]
    assert (report.decided, report.failed) == (16, 1)
    actions = [chain_of(console.services, revision)[-1].action for revision in revisions]
    assert actions == [Action.APPROVE] * 9 + [Action.HOLD] + [Action.REMOVE] * 6


def test_comments_that_wait_keep_waiting_through_an_outage(
    console: Console, server: RemoteServer, tmp_path: Path
) -> None:
    backend = console.backend(tmp_path, server.url)
    revisions = [posted(console.services, text) for text in [CLEAN, REMOVED, HELD] * 7]
    server.override = always(503)
    with pytest.raises(BackendError, match="answered 503, 3 attempts"):
        list(score_waiting(console.services.context, console.scorer(backend)))
    assert console.waiting() == 21
    server.override = lambda _asked: None
    list(score_waiting(console.services.context, console.scorer(backend)))
    assert console.waiting() == 0
    assert all(len(chain_of(console.services, revision)) == 1 for revision in revisions)


def test_half_of_a_call_that_a_limit_cut_off_is_kept_and_the_rest_waits(
    console: Console, server: RemoteServer, tmp_path: Path
) -> None:
    """With one text a call, the sixth is refused for an hour; the five scores received are kept."""
    backend = console.backend(tmp_path, server.url, "perspective", concurrency=1)
    backend.load()
    server.asked.clear()
    server.override = lambda _asked: (
        ServerAnswer(b"", 429, {"Retry-After": "3600"}) if len(server.asked) > 5 else None
    )
    revisions = [posted(console.services, CLEAN) for _ in range(12)]
    with pytest.raises(BackendError, match="my-perspective"):
        list(score_waiting(console.services.context, console.scorer(backend)))
    decided = [revision for revision in revisions if chain_of(console.services, revision)]
    assert len(decided) == 5
    assert console.waiting() == 7
    assert len(server.asked) == 6  # the circuit took the rest
