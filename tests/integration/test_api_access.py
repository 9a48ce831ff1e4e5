"""Keys, rates, request ids, traces, metrics, back-pressure and draining of the API."""

import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from core.bootstrap.services import Services
from core.config import Settings
from core.errors import ConfigError
from core.inference.base import BatchResult
from core.inference.fake import FakeBackend
from core.serving.api_keys import KeyFolder
from core.serving.app import create_app
from core.serving.server import listen
from tests.factories import TRACE, make_key, make_services
from tests.integration.api_server import running_server
from tests.patience import PATIENT_S

WORK = [
    ("/v1/comments", {"id": "1", "text": "fine"}),
    ("/v1/moderations", {"input": "fine"}),
    ("/predict", {"inputs": "fine"}),
    ("/v2/models/fake/infer", {"inputs": []}),
]


def test_without_keys_requests_from_this_machine_are_accepted(client: TestClient) -> None:
    assert client.post("/predict", json={"inputs": "fine"}).status_code == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "x-real-ip", "Forwarded", "Via"])
def test_what_a_proxy_passes_on_needs_a_key_from_the_beginning(
    client: TestClient, services: Services, header: str
) -> None:
    passed = {header: "203.0.113.7"}
    assert client.post("/predict", json={"inputs": "fine"}, headers=passed).status_code == 401
    assert client.get("/healthz", headers=passed).status_code == 200
    key = make_key(services)
    with TestClient(create_app(services), base_url="http://127.0.0.1") as anew:
        given = passed | {"x-api-key": key}
        assert anew.post("/predict", json={"inputs": "fine"}, headers=given).status_code == 200


@pytest.mark.parametrize(("path", "body"), WORK)
def test_once_a_key_exists_requests_without_one_are_refused(
    services: Services, path: str, body: object
) -> None:
    key = make_key(services)
    with TestClient(create_app(services), base_url="http://127.0.0.1") as client:
        for headers in ({}, {"Authorization": "Basic c2l0ZTprZXk="}, {"x-api-key": " "}):
            refused = client.post(path, json=body, headers=headers)
            assert refused.status_code == 401
            assert refused.headers["WWW-Authenticate"] == "Bearer"
            assert "error" in refused.json()
        for headers in ({"Authorization": f"bearer {key}"}, {"x-api-key": key}):
            assert client.post(path, json=body, headers=headers).status_code != 401


def test_a_key_that_is_not_valid_is_told_so_in_the_same_words_whatever_it_was(
    services: Services,
) -> None:
    """RFC 6750, section 3.1: `invalid_token` for each key that was sent and is not valid."""
    make_key(services, "site")
    revoked = make_key(services, "old")
    KeyFolder(services.settings.api_keys_dir).revoke("old")
    unknown = revoked.replace(revoked[4:16], "0" * 12)
    answers = set()
    with TestClient(create_app(services), base_url="http://127.0.0.1") as client:
        for key in (revoked, unknown, revoked[:-1] + "?", "wrong"):
            for headers in ({"Authorization": f"Bearer {key}"}, {"x-api-key": key}):
                refused = client.post("/predict", json={"inputs": "fine"}, headers=headers)
                assert refused.status_code == 401
                assert refused.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
                answers.add(refused.json()["error"])
    assert len(answers) == 1


def test_health_and_pages_need_no_key_and_all_else_does(services: Services) -> None:
    make_key(services)
    with TestClient(create_app(services), base_url="http://127.0.0.1") as client:
        for path in ("/healthz", "/v2/health/live", "/v2/health/ready", "/docs", "/openapi.json"):
            assert client.get(path).status_code == 200
        for path in ("/metrics", "/v1/decisions/x", "/v2", "/v2/models/fake", "/nope"):
            assert client.get(path).status_code == 401


@pytest.mark.parametrize("left", ["{", "[]", "\xff", '{"id": 5}'])
def test_an_invalid_key_file_does_not_affect_other_keys(services: Services, left: str) -> None:
    key = make_key(services)
    (services.settings.api_keys_dir / "0123456789ab.json").write_text(left, encoding="latin-1")
    with TestClient(create_app(services), base_url="http://127.0.0.1") as client:
        for path, body in WORK[:3]:
            assert client.post(path, json=body, headers={"x-api-key": key}).status_code == 200
            unknown = f"mck_0123456789ab_{'x' * 43}"
            for given in ({}, {"x-api-key": unknown}):
                assert client.post(path, json=body, headers=given).status_code == 401
        assert client.get("/healthz").status_code == 200


def test_where_others_can_reach_it_a_key_is_needed_before_it_starts(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, backend="fake", api_host="0.0.0.0", api_port=0)
    with pytest.raises(ConfigError, match="modconsole key create"):
        listen(settings)
    client = TestClient(create_app(make_services(tmp_path, api_host="0.0.0.0")))
    assert client.post("/predict", json={"inputs": "fine"}).status_code == 401
    make_key(make_services(tmp_path))
    # Port 0 would be any; that it listens at all is what is asked here.
    listen(settings).close()


def test_a_key_over_its_rate_gets_a_retry_after(tmp_path: Path) -> None:
    services = make_services(tmp_path, api_key_rate=0.001, api_key_burst=2)
    fast, other = make_key(services, "fast"), make_key(services, "other")
    with TestClient(create_app(services), base_url="http://127.0.0.1") as client:

        def ask(key: str) -> Any:
            return client.post("/predict", json={"inputs": "x"}, headers={"x-api-key": key})

        assert [ask(fast).status_code for _ in range(3)] == [200, 200, 429]
        assert 1 <= int(ask(fast).headers["Retry-After"]) <= 1000
        assert ask(other).status_code == 200
        assert client.get("/healthz").status_code == 200


def records(services: Services) -> list[dict[str, Any]]:
    paths = services.settings.serving_log_dir.glob("*.jsonl")
    return [json.loads(line) for path in paths for line in path.read_text().splitlines()]


def test_ids_and_traces_come_back_and_reach_the_record(
    client: TestClient, services: Services
) -> None:
    headers = {"x-request-id": "abc-1", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    for path, body in WORK[:3]:
        response = client.post(path, json=body, headers=headers)
        assert response.headers["x-request-id"] == "abc-1"
    found = [r for r in records(services) if r["mode"] == "realtime"]
    assert [(r["caller_request_id"], r["trace_id"]) for r in found] == [("abc-1", TRACE)] * 3
    assert len({r["request_id"] for r in found}) == 3
    assert all(r["queue_ms"] is not None for r in found)


def test_a_request_without_an_id_is_given_one(client: TestClient, services: Services) -> None:
    given = client.post("/predict", json={"inputs": "x"}).headers["x-request-id"]
    assert client.get("/nope").headers["x-request-id"] != given
    assert [r["caller_request_id"] for r in records(services)][-1] == given


def test_metrics_say_what_happened(client: TestClient) -> None:
    client.post("/predict", json={"inputs": [["fine"], ["idiot"]]})
    client.post("/v1/comments", json={"id": "1", "text": "fine"})
    client.get("/v1/decisions/whatever-somebody-types")
    text = client.get("/metrics").text
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert samples["modconsole_requests_total", "/predict", "200"] == 1
    assert samples["modconsole_requests_total", "/v1/decisions/{reference}", "404"] == 1
    # Two sent, one stored, and the warm-up of the start.
    assert samples["modconsole_texts_total",] == 4
    assert samples["modconsole_call_phase_seconds_count", "queue"] == 3
    assert samples["modconsole_call_phase_seconds_count", "compute"] == 3
    assert samples["modconsole_batch_texts_sum",] == 4
    assert samples["modconsole_queue_depth",] == 0
    assert samples["modconsole_in_flight_requests",] == 1
    assert samples["modconsole_cache_hits_total",] == 0
    assert "whatever" not in text


class Held(FakeBackend):
    """A backend that blocks each call until released."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()
        self.arrived = threading.Semaphore(0)

    def score(self, texts: Sequence[str]) -> BatchResult:
        if "good morning" not in texts[0].lower():
            self.arrived.release()
            assert self.let_go.wait(PATIENT_S)
        return super().score(texts)


def test_too_much_work_is_refused_in_each_shape(services: Services, client: TestClient) -> None:
    admission = client.app.state.process.admission  # type: ignore[attr-defined]
    costs = [admission.enter(1) for _ in range(3_000)]
    types = set()
    for path, body in WORK:
        response = client.post(path, json=body)
        assert response.status_code == 429
        assert int(response.headers["Retry-After"]) >= 1
        types.add(json.dumps(response.json(), sort_keys=True))
    assert len(types) == 4
    assert client.get("/healthz").json()["waiting"] == 0, "a refused comment must not be stored"
    for cost in costs:
        admission.leave(cost)
    assert client.post("/predict", json={"inputs": "x"}).status_code == 200


def test_a_request_leaves_however_it_ends(client: TestClient, services: Services) -> None:
    parts = client.app.state.process  # type: ignore[attr-defined]
    for body in (b"{", b'{"inputs": ""}', b'{"inputs": "x"}', b"x" * 3_000_000):
        client.post("/predict", content=body, headers={"Content-Type": "application/json"})
    assert parts.admission.under_way == 0
    assert parts.in_flight == 0


def test_a_stop_finishes_accepted_requests_and_refuses_new_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held()
    monkeypatch.setattr("core.bootstrap.backends.FakeBackend", lambda: held)
    with running_server(tmp_path) as server, ThreadPoolExecutor(1) as pool:
        url = server.url
        under_way = pool.submit(
            httpx2.post, f"{url}/predict", json={"inputs": "idiot"}, timeout=PATIENT_S
        )
        assert held.arrived.acquire(timeout=PATIENT_S)
        server.server.handle_exit(15, None)
        for path, body in WORK:
            refused = httpx2.post(f"{url}{path}", json=body, timeout=PATIENT_S)
            assert refused.status_code == 503
            assert int(refused.headers["Retry-After"]) >= 1
        assert httpx2.get(f"{url}/v2/health/ready", timeout=PATIENT_S).status_code == 503
        assert httpx2.get(f"{url}/v2/health/live", timeout=PATIENT_S).status_code == 200
        held.let_go.set()
        answer = under_way.result(PATIENT_S)
        assert answer.status_code == 200
        assert answer.json()[0]["score"] == 0.95


def test_a_drain_ends_at_its_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held()
    monkeypatch.setattr("core.bootstrap.backends.FakeBackend", lambda: held)
    with running_server(tmp_path, api_drain_s=0.01) as server, ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(
            httpx2.post, f"{server.url}/predict", json={"inputs": "idiot"}, timeout=PATIENT_S
        )
        assert held.arrived.acquire(timeout=PATIENT_S)
        server.server.handle_exit(15, None)
        try:
            # Cut off, with whatever words the server finds for it.
            assert under_way.exception(PATIENT_S) or under_way.result().status_code >= 500
            assert not held.let_go.is_set()
        finally:
            held.let_go.set()
