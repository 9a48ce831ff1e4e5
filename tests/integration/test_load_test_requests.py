"""Requests of a load test: marked in the log, and in no objective, cause or live figure."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from core.bootstrap.services import Services
from core.moderation.permissions import SYSTEM
from core.services.load_tests import busiest_rps
from core.services.overview import view_overview
from core.serving.app import create_app
from core.serving.tracing import LOAD_TEST_HEADER, read_caller
from core.servinglog.objective_queries import availability_events, latency_events
from core.servinglog.traffic_filter import LIVE_TRAFFIC
from core.servinglog.windows import Window
from tests.factories import make_key, make_services

TEXT = {"input": "fine"}
MARKED = {LOAD_TEST_HEADER: "true"}
HOUR = timedelta(hours=1)


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services), base_url="http://127.0.0.1") as opened:
        yield opened


def modes(services: Services) -> dict[str, int]:
    found = services.serving_log_queries.series_names()
    return {one.mode: one.calls for one in found if one.mode != "warmup"}


def events(services: Services) -> tuple[int, int]:
    """How many the latency and the availability objective count."""
    until = services.clock.now() + timedelta(seconds=1)
    log = services.serving_log_queries
    latency = latency_events(log, until, [HOUR], timedelta(seconds=9))[HOUR]
    return latency.events, availability_events(log, until, [HOUR])[HOUR].events


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/moderations", TEXT),
        ("/predict", {"inputs": "fine"}),
        (
            "/v2/models/default/infer",
            {"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": ["fine"]}]},
        ),
    ],
)
def test_marked_requests_that_only_score_are_load_tests(
    services: Services, client: TestClient, path: str, body: object
) -> None:
    if "{model}" in path or "default" in path:
        path = path.replace("default", client.get("/healthz").json()["backend"])
    assert client.post(path, json=body, headers=MARKED).status_code == 200
    assert client.post(path, json=body).status_code == 200
    assert modes(services) == {"load_test": 1, "realtime": 1}


def test_text_in_another_language_keeps_the_mark(services: Services, client: TestClient) -> None:
    german = {"input": "Das ist ein ganz gewöhnlicher Satz, der niemandem etwas zuleide tut."}
    client.post("/v1/moderations", json=german, headers=MARKED)
    assert set(modes(services)) <= {"load_test"}


def test_a_stored_comment_is_real_whatever_it_says(services: Services, client: TestClient) -> None:
    posted = {"id": "1", "text": "fine"}
    assert client.post("/v1/comments", json=posted, headers=MARKED).status_code == 200
    assert modes(services) == {"realtime": 1}


@pytest.mark.parametrize(("value", "counts"), [("true", False), ("TRUE", False), ("1", True)])
def test_header_is_read_by_its_one_value(value: str, counts: bool) -> None:
    caller = read_caller(b"", b"", value.encode(), "/predict")
    assert caller.is_load_test is not counts


def test_load_tests_count_toward_nothing(services: Services, client: TestClient) -> None:
    for number in range(3):
        client.post("/v1/moderations", json={"input": f"fine {number}"}, headers=MARKED)
    assert events(services) == (0, 0)
    assert busiest_rps(SYSTEM, services.serving_log_queries, services.clock) == 0
    until = services.clock.now() + timedelta(seconds=1)
    live = services.serving_log_queries.summary(Window(until - HOUR, until), LIVE_TRAFFIC)
    assert live.calls == 0
    overview = view_overview(services.context, SYSTEM, services.serving_log_queries, until)
    assert overview.facts.now.requests == 0
    client.post("/v1/moderations", json=TEXT)
    assert events(services) == (1, 1)


def test_a_load_test_that_is_refused_shut_nobody_out(
    services: Services, client: TestClient
) -> None:
    admission = client.app.state.process.admission  # type: ignore[attr-defined]
    for _ in range(12):
        assert client.post("/v1/moderations", json=TEXT, headers=MARKED).status_code == 200
    costs = [admission.enter(1) for _ in range(3_000)]
    statuses = [
        client.post("/v1/moderations", json=TEXT, headers=headers).status_code
        for headers in (MARKED, MARKED, MARKED, None)
    ]
    for cost in costs:
        admission.leave(cost)
    assert statuses == [429] * 4
    # Of four refusals, the one of a real request is a bad event.
    assert events(services)[1] == 1
    text = client.get("/metrics").text
    assert 'modconsole_refused_requests_total{reason="overloaded"} 4.0' in text


def test_nobody_hides_a_missing_key_behind_the_mark(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    make_key(services)
    with TestClient(create_app(services), base_url="http://127.0.0.1") as client:
        assert client.post("/v1/moderations", json=TEXT, headers=MARKED).status_code == 401
    until = services.clock.now() + timedelta(seconds=1)
    (refused,) = services.serving_log_queries.refused(Window(until - HOUR, until))
    assert (refused.reason, refused.requests) == ("unauthorized", 1)
