"""The parts of the API on Ray Serve that can be tested without Ray."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from core.cli.main import main
from core.config import Settings
from core.inference.fake import FakeBackend
from core.serving.ray_engine import MOST_ONGOING, deployment_options, drain, share_of
from core.serving.ray_replica import ApiReplica, build_app


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"num_replicas": 1}),
        ({"replicas": 3}, {"num_replicas": 3}),
        ({"replicas": 3, "replicas_max": 3}, {"num_replicas": 3}),
        ({"replicas": 3, "replicas_max": 2}, {"num_replicas": 3}),
        (
            {"replicas": 2, "replicas_max": 6, "replica_requests": 9},
            {
                "autoscaling_config": {
                    "min_replicas": 2,
                    "max_replicas": 6,
                    "target_ongoing_requests": 9,
                }
            },
        ),
    ],
)
def test_settings_say_how_many_processes_there_are(
    given: dict[str, int], expected: dict[str, object]
) -> None:
    options = deployment_options(Settings(**given))  # type: ignore[arg-type]
    kinds = {"num_replicas", "autoscaling_config"}
    assert {name: options[name] for name in options.keys() & kinds} == expected


def test_a_drain_has_its_time_and_ray_refuses_nothing_itself() -> None:
    options = deployment_options(Settings(api_drain_s=7))
    assert options["graceful_shutdown_timeout_s"] == 7
    assert options["max_ongoing_requests"] == MOST_ONGOING


@pytest.mark.parametrize(
    ("given", "shares"),
    [
        ({}, [[0, 1, 2, 3, 4, 5, 6, 7]]),
        ({"replicas": 2}, [[0, 1, 2, 3], [4, 5, 6, 7]]),
        ({"replicas": 2, "replicas_max": 4}, [[0, 1], [2, 3], [4, 5], [6, 7]]),
        ({"replicas": 3}, [[0, 1], [2, 3], [4, 5]]),
        ({"replicas": 9}, [[0], [1], [2], [3], [4], [5], [6], [7], [0]]),
    ],
)
def test_processes_share_the_processors(given: dict[str, int], shares: list[list[int]]) -> None:
    settings = Settings(**given)  # type: ignore[arg-type]
    assert [share_of(settings, rank, range(8)) for rank in range(len(shares))] == shares


def test_a_replica_loads_its_model_on_its_share_and_then_has_all_processors_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[set[int]] = []
    load = FakeBackend.load
    monkeypatch.setattr(
        FakeBackend, "load", lambda self: (seen.append(os.sched_getaffinity(0)), load(self))[1]
    )
    everything = os.sched_getaffinity(0)
    one = min(everything)
    build_app(Settings(home=tmp_path, backend="fake"), [one]).state.process.close()
    assert seen == [{one}]
    assert os.sched_getaffinity(0) == everything


class Died(Exception):
    pass


class Processes:
    """A stub of Ray's handle to two processes; an error in `in_flight` stands for a dead
    process."""

    def __init__(self, in_flight: Sequence[list[int] | Died]) -> None:
        self.called: list[str] = []
        self._in_flight = iter(in_flight)

    def broadcast(self, method: str) -> "Processes":
        self.called.append(method)
        return self

    def results(self, timeout_s: float) -> list[int]:
        assert timeout_s > 0
        found = next(self._in_flight) if self.called[-1] == "in_flight" else [0, 0]
        if isinstance(found, Died):
            raise found
        return found


@pytest.mark.parametrize(
    "in_flight", [[[0, 0]], [[3, 0], [0, 1], [0, 0]], [[2, 1], Died(), [0]]], ids=str
)
def test_a_stop_waits_until_nothing_is_under_way(in_flight: list[list[int] | Died]) -> None:
    processes = Processes(in_flight)
    drain(processes, 60.0, Died)
    assert processes.called == ["drain"] + ["in_flight"] * len(in_flight)


def test_a_stop_waits_no_longer_than_it_may() -> None:
    processes = Processes([[1, 0]] * 100_000)
    drain(processes, 0.2, Died)
    assert processes.called.count("in_flight") > 1


def test_without_ray_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(["serve", "--engine", "ray"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "pip install 'moderation-console[ray]'" in error
    assert not (tmp_path / "home").exists()


def test_a_draining_replica_refuses_and_counts_requests_in_flight(tmp_path: Path) -> None:
    replica = ApiReplica()
    replica.app = build_app(Settings(home=tmp_path, backend="fake"))
    with TestClient(replica.app, base_url="http://127.0.0.1") as client:
        assert client.get("/healthz").status_code == 200
        assert replica.in_flight() == 0
        replica.app.state.process.in_flight = 3
        assert replica.in_flight() == 3
        replica.drain()
        assert client.get("/healthz").status_code == 503


def test_a_replica_leaves_the_request_id_to_rays_proxy(tmp_path: Path) -> None:
    app = build_app(Settings(home=tmp_path, backend="fake"))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        answer = client.get("/healthz")
    assert "x-request-id" not in answer.headers
    assert answer.headers["x-frame-options"] == "DENY"
