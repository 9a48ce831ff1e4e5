"""Servers start and show the reason whatever is wrong with a backend; a fallback answers
meanwhile."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.bootstrap.services import Services, build_services
from core.config import Settings
from core.errors import BackendError, ConfigError, ModelNotUsable
from core.inference.base import ErrorKind
from core.moderation.policies import Action
from core.services.score import score_waiting
from core.serving.app import create_app
from core.serving.paths import LIVE_PATH
from tests.contract.remote_configs import TABLES, toml_of
from tests.contract.remote_server import (
    KEY,
    ReceivedRequest,
    RemoteServer,
    ServerAnswer,
    pairs,
    softmax_of,
)
from tests.factories import HELD, chain_of, posted

Opened = Any


@pytest.fixture
def opened(
    tmp_path: Path, server: RemoteServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Opened]:
    monkeypatch.setenv("SITE_KEY", KEY)
    made: list[Services] = []

    def make(*, stays_open: bool = True, key_env: str = "SITE_KEY", **settings: Any) -> Services:
        tables = [
            {"name": f"my-{kind}", "kind": kind, "url": f"{server.url}/{kind}",
             "key_env": key_env if kind == "infinity" else "SITE_KEY", "attempts": 1,
             **TABLES[kind]}
            for kind in ("infinity", "tei", "guard")
        ]  # fmt: skip
        (tmp_path / "backends.toml").write_text(toml_of(tables))
        chosen = Settings(home=tmp_path, **settings)
        made.append(build_services(chosen, worker="api", stays_open=stays_open))
        return made[-1]

    yield make
    for services in made:
        services.close()


def page(asked: ReceivedRequest) -> ServerAnswer | None:
    return ServerAnswer(b"<html>Sign in</html>") if asked.path.startswith("/infinity") else None


def misread(asked: ReceivedRequest) -> ServerAnswer | None:
    if not asked.path.startswith("/infinity"):
        return None
    return ServerAnswer({"data": [pairs(softmax_of(text)) for text in asked.body["input"]]})


def constant(asked: ReceivedRequest) -> ServerAnswer | None:
    if not asked.path.startswith("/infinity"):
        return None
    return ServerAnswer({"data": [pairs(softmax_of("a")) for _ in asked.body["input"]]})


def key_refused(asked: ReceivedRequest) -> ServerAnswer | None:
    body = {"error": {"code": 400, "details": [{"reason": "API_KEY_INVALID"}]}}
    return ServerAnswer(body, 400) if asked.path.startswith("/infinity") else None


FAULTS = [
    (page, "a web page instead of JSON", ErrorKind.BAD_SHAPE),
    (misread, "add up to 1", ErrorKind.MODEL),
    (constant, "gives the same scores", ErrorKind.MODEL),
    (key_refused, "the key or its rights are refused", ErrorKind.AUTH),
]
IDS = ["page", "misread", "constant", "key refused"]


@pytest.mark.parametrize("stays_open", [True, False])
@pytest.mark.parametrize(("fault", "words", "kind"), FAULTS, ids=IDS)
def test_fallback_answers_for_one_that_is_unusable_from_the_start(
    opened: Opened, server: RemoteServer, fault: Any, words: str, kind: str, stays_open: bool
) -> None:
    server.override = fault
    services = opened(backend="my-infinity", fallback="my-tei", stays_open=stays_open)
    revision = posted(services, HELD)
    list(score_waiting(services.context, services.scorer))
    (decision,) = chain_of(services, revision)
    assert (decision.action, decision.backend) == (Action.HOLD, "my-tei")


@pytest.mark.parametrize("stays_open", [True, False])
def test_fallback_answers_where_a_key_is_not_set(opened: Opened, stays_open: bool) -> None:
    services = opened(
        backend="my-infinity", fallback="my-tei", key_env="NOT_SET", stays_open=stays_open
    )
    assert services.scorer.health() is None
    revision = posted(services, HELD)
    list(score_waiting(services.context, services.scorer))
    assert chain_of(services, revision)[0].backend == "my-tei"


@pytest.mark.parametrize(("fault", "words", "kind"), FAULTS, ids=IDS)
def test_api_starts_holds_comments_and_reports_the_fault(
    opened: Opened, server: RemoteServer, fault: Any, words: str, kind: str
) -> None:
    server.override = fault
    services = opened(backend="my-infinity")
    with TestClient(create_app(services), base_url="http://localhost") as api:
        assert api.get(LIVE_PATH).status_code == 200
        assert api.get("/healthz").status_code == 503
        assert words in (services.scorer.health() or "")
        answer = api.post("/v1/comments", json={"id": "1", "text": "You idiot"})
        assert answer.status_code == 200
        assert answer.json()["comments"][0]["action"] == "hold"


def test_api_opens_without_the_key_and_names_it(opened: Opened) -> None:
    services = opened(backend="my-infinity", key_env="NOT_SET")
    with TestClient(create_app(services), base_url="http://localhost") as api:
        assert api.get("/healthz").status_code == 503
        assert "NOT_SET is not set" in (services.scorer.health() or "")
        answer = api.post("/v1/comments", json={"id": "1", "text": "You idiot"})
        assert answer.json()["comments"][0]["action"] == "hold"


def test_service_that_is_mended_scores_without_a_restart(
    opened: Opened, server: RemoteServer
) -> None:
    server.override = page
    services = opened(backend="my-infinity")
    assert "a web page" in (services.scorer.health() or "")
    server.override = lambda _asked: None
    assert services.scorer.health() is None


@pytest.mark.parametrize("settings", [
    {"backend": "my-infinity", "key_env": "NOT_SET"},
    {"backend": "onnx", "model": "/nowhere/at/all"},
    {"backend": "my-lost-one"},
])  # fmt: skip
def test_what_can_not_be_made_stops_commands_and_no_server(
    opened: Opened, settings: dict[str, Any]
) -> None:
    with pytest.raises((ConfigError, ModelNotUsable)) as stopped:
        _ = opened(**settings, stays_open=False).scorer
    services = opened(**settings)
    assert services.scorer.health() == str(stopped.value)
    with pytest.raises(BackendError) as caught:
        services.scorer.score(["a"], "warmup")
    assert str(caught.value) == str(stopped.value)
    assert caught.value.kind in (ErrorKind.CONFIGURATION, ErrorKind.MODEL)


def test_fallback_that_can_not_be_used_is_left_out_of_a_server(opened: Opened) -> None:
    with pytest.raises(ConfigError, match="does not assess identity_attack"):
        _ = opened(backend="my-tei", fallback="my-guard", stays_open=False).scorer
    services = opened(backend="my-tei", fallback="my-guard")
    assert services.fallback is None
    assert services.scorer.health() is None


@pytest.mark.parametrize("text", ["[[backend", "colour = 3", "\udcff"])
def test_broken_file_of_backends_stops_no_server(opened: Opened, tmp_path: Path, text: str) -> None:
    services = opened(backend="my-infinity")
    (tmp_path / "backends.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert str(tmp_path / "backends.toml") in (services.scorer.health() or "")
    assert services.catalogue().file_problem is not None
