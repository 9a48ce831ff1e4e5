"""Declared backends, from backends.toml and the environment to a decision."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.bootstrap.services import Services, build_services
from core.config import Settings
from core.errors import ConfigError, ModelNotUsable
from core.moderation.decisions import DecisionSource
from core.moderation.policies import Action
from core.services.score import score_waiting
from tests.contract.remote_configs import TABLES, toml_of
from tests.contract.remote_server import KEY, RemoteServer, ServerAnswer, pairs, softmax_of
from tests.factories import CLEAN, HELD, REMOVED, chain_of, posted


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[RemoteServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("SITE_KEY", KEY)
    with RemoteServer() as running:
        yield running


@pytest.fixture
def opened(tmp_path: Path, server: RemoteServer) -> Iterator[Any]:
    made: list[Services] = []

    def make(**settings: Any) -> Services:
        tables = [
            {"name": f"my-{kind}", "kind": kind, "url": f"{server.url}/{kind}",
             "key_env": "SITE_KEY", "attempts": 1, **TABLES[kind]}
            for kind in ("tei", "guard", "infinity")
        ]  # fmt: skip
        tables[-1]["raw_scores"] = False
        (tmp_path / "backends.toml").write_text(toml_of(tables))
        made.append(build_services(Settings(home=tmp_path, **settings), worker="test"))
        return made[-1]

    yield make
    for services in made:
        services.close()


def decided_by(services: Services, *texts: str) -> list[tuple[Action, str | None, str | None]]:
    revisions = [posted(services, text) for text in texts]
    list(score_waiting(services.context, services.scorer))
    last = [chain_of(services, revision)[-1] for revision in revisions]
    assert {decision.source for decision in last} == {DecisionSource.RULE}
    return [(decision.action, decision.backend, decision.model_version) for decision in last]


def test_declared_backend_decides_under_its_name_and_revision(opened: Any) -> None:
    told = decided_by(opened(backend="my-tei"), CLEAN, HELD, REMOVED)
    version = "unitary/toxic-bert@4d6c22e74ba2"
    assert told == [
        (Action.APPROVE, "my-tei", version),
        (Action.HOLD, "my-tei", version),
        (Action.REMOVE, "my-tei", version),
    ]


def test_fallback_decides_under_its_own_name_while_the_first_is_down(
    opened: Any, server: RemoteServer
) -> None:
    services = opened(backend="my-tei", fallback="my-infinity")
    assert decided_by(services, CLEAN)[0][1] == "my-tei"
    server.override = lambda asked: (
        ServerAnswer(b"", 503) if asked.path.startswith("/tei") else None
    )
    assert decided_by(services, HELD)[0] == (Action.HOLD, "my-infinity", "toxic")
    server.override = lambda _asked: None
    services.full_model.health()
    assert decided_by(services, REMOVED)[0][1] == "my-tei"


def test_fallback_that_assesses_less_is_refused(opened: Any) -> None:
    services = opened(backend="my-tei", fallback="my-guard")
    with pytest.raises(ConfigError, match="'my-guard', which does not assess identity_attack, in"):
        _ = services.scorer


def test_console_starts_while_its_backend_is_down_and_checks_it_later(
    opened: Any, server: RemoteServer
) -> None:
    server.override = lambda _asked: ServerAnswer(b"", 503)
    services = opened(backend="my-infinity")
    assert "answered 503" in (services.scorer.health() or "")
    server.override = lambda asked: ServerAnswer(
        {"data": [pairs(softmax_of(text)) for text in asked.body["input"]], "usage": {}}
    )
    posted(services, CLEAN)
    with pytest.raises(ModelNotUsable):
        list(score_waiting(services.context, services.scorer))
    with services.context.store.read() as reader:
        assert reader.count_waiting() == 1


def test_backend_that_misreads_its_model_stops_the_start(opened: Any, server: RemoteServer) -> None:
    server.override = lambda asked: ServerAnswer(
        [pairs(softmax_of(one[0]))[:1] for one in asked.body["inputs"]] if asked.body else {}
    )
    with pytest.raises(ModelNotUsable, match="my-tei gives only the best label"):
        _ = opened(backend="my-tei").scorer


def test_first_stage_that_was_never_calibrated_clears_nothing(
    opened: Any, caplog: pytest.LogCaptureFixture
) -> None:
    services = opened(backend="fake", failure_policy="first_stage_only")
    assert services.context.failure.first_stage is None
    assert "every comment is held" in caplog.text
