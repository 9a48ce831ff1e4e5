"""Refused requests are in the serving log with their reason, and are not calls."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from core.bootstrap.services import Services
from core.serving.app import create_app
from core.servinglog.answers import LoggedRequest
from core.servinglog.windows import Window
from tests.factories import TRACE, make_key, make_services

TEXT = {"inputs": "fine"}


def hour(services: Services) -> Window:
    now = services.clock.now()
    return Window(now - timedelta(hours=1), now + timedelta(seconds=1))


def refused(services: Services) -> dict[str, int]:
    found = services.serving_log_queries.refused(hour(services))
    return {one.reason: one.requests for one in found}


def find(services: Services, wanted: str) -> LoggedRequest:
    return services.serving_log_queries.find(wanted)


def test_posts_answered_429_are_refusals_and_no_calls(
    services: Services, client: TestClient
) -> None:
    admission = client.app.state.process.admission  # type: ignore[attr-defined]
    for _ in range(12):
        assert client.post("/predict", json=TEXT).status_code == 200
    costs = [admission.enter(1) for _ in range(3_000)]
    for number in range(24):
        headers = {"x-request-id": f"refused-{number}", "traceparent": f"00-{TRACE}-{1:016x}-01"}
        assert client.post("/predict", json=TEXT, headers=headers).status_code == 429
    for cost in costs:
        admission.leave(cost)
    assert refused(services) == {"overloaded": 24}
    live = [one for one in services.serving_log_queries.series_names() if one.mode == "realtime"]
    assert [one.calls for one in live] == [12]
    assert services.serving_log_queries.summary(hour(services)).errors == 0
    (refusal,) = find(services, "refused-7").refusals
    assert (refusal.reason, refusal.trace_id, refusal.refused_count) == ("overloaded", TRACE, 1)
    assert len(find(services, TRACE).refusals) == 24


def test_a_key_s_rate_and_a_missing_key_are_reasons_too(tmp_path: Path) -> None:
    services = make_services(tmp_path, api_key_rate=0.001, api_key_burst=2)
    key = make_key(services)
    with TestClient(create_app(services), base_url="http://127.0.0.1") as client:
        for _ in range(5):
            client.post("/predict", json=TEXT, headers={"x-api-key": key})
        client.post("/predict", json=TEXT)
        client.app.state.process.access.is_draining = True  # type: ignore[attr-defined]
        client.post("/predict", json=TEXT, headers={"x-api-key": key})
        assert refused(services) == {"rate_limited": 3, "unauthorized": 1, "draining": 1}


def test_a_body_that_is_not_valid_is_a_reason_and_an_unknown_address_is_none(
    services: Services, client: TestClient
) -> None:
    headers = {"content-type": "application/json", "x-request-id": "wrong-1"}
    assert client.post("/predict", json={"inputs": 5}, headers=headers).status_code == 422
    assert client.post("/v1/comments", json={"id": 5}).status_code == 422
    assert client.post("/v1/moderations", content=b"{", headers=headers).status_code == 400
    large = b" " * 2_000_001
    assert client.post("/v1/comments", content=large, headers=headers).status_code == 413
    packed = headers | {"content-encoding": "br"}
    assert client.post("/v1/comments", content=b"x", headers=packed).status_code == 415
    assert client.get("/nowhere").status_code == 404
    assert client.post("/nowhere").status_code == 404
    assert client.get("/v1/decisions/nobody").status_code == 404
    assert refused(services) == {"invalid": 5}
    assert find(services, "wrong-1").refusals[0].reason == "invalid"


def test_posts_that_the_state_can_not_take_are_refusals_and_health_checks_are_none(
    services: Services, client: TestClient
) -> None:
    state = services.settings.state_path
    assert client.post("/v1/comments", json={"id": "a", "text": "fine"}).status_code == 200
    state.rename(state.with_name("away"))
    for number in range(3):
        body = {"id": f"b{number}", "text": "fine"}
        assert client.post("/v1/comments", json=body).status_code == 503
    assert client.get("/healthz").status_code == 503
    assert refused(services) == {"store": 3}
    state.with_name("away").rename(state)


@pytest.mark.slow
def test_an_overload_costs_a_bounded_number_of_lines_and_loses_no_count(
    services: Services, client: TestClient
) -> None:
    process = client.app.state.process  # type: ignore[attr-defined]
    admission = process.admission
    costs = [admission.enter(1) for _ in range(3_000)]
    began = time.monotonic()
    for _ in range(400):
        client.post("/predict", json=TEXT)
    lasted_s = time.monotonic() - began
    for cost in costs:
        admission.leave(cost)
    process.close()
    assert refused(services) == {"overloaded": 400}
    folder = services.settings.serving_log_dir
    lines = b"".join(path.read_bytes() for path in folder.iterdir()).count(b"refusal_id")
    # 32 with their ids at once, then one a second, and at most one more a second for the rest.
    assert lines <= 32 + 2 * (lasted_s + 1)


def test_a_request_that_was_scored_is_found_by_its_id(
    services: Services, client: TestClient
) -> None:
    answered_as = client.post("/predict", json=TEXT).headers["x-request-id"]
    (call,) = find(services, answered_as).calls
    assert (call.backend, call.mode, call.caller_request_id) == ("fake", "realtime", answered_as)
    assert call.queue_ms is not None
