"""The API through its test client: accepted input, answers, and repeated requests."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.testclient import TestClient

from core import errors
from core.bootstrap.services import Services
from core.errors import ConsoleError, StoreError
from core.inference.fake import POISON, FakeBackend
from core.moderation.comments import IncomingComment
from core.moderation.default_policy import BANDS
from core.moderation.permissions import SYSTEM
from core.moderation.scores import Label
from core.services.ingest import store_comment
from core.services.submit import API
from core.serving.app import create_app
from core.serving.examples import DECIDED, POSTED, REFUSED
from core.serving.http_errors import answer_for
from core.serving.schemas import CommentIn, DecisionsOut, ErrorAnswer
from tests.factories import listed
from tests.policies import SURE

MILD = {"id": "1", "text": "I see it another way.", "author": "ada"}
NASTY = {"id": "2", "text": "You moron.", "author": "bob"}


def backend_of(services: Services) -> FakeBackend:
    backend = services.full_model
    assert isinstance(backend, FakeBackend)
    return backend


def post(client: TestClient, body: object) -> list[dict[str, Any]]:
    response = client.post("/v1/comments", json=body)
    assert response.status_code == 200, response.text
    return list(response.json()["comments"])


def test_one_comment_is_stored_and_decided(client: TestClient) -> None:
    (answer,) = post(client, NASTY)
    assert (answer["id"], answer["source"], answer["status"]) == ("2", "site", "stored")
    assert answer["created"] is True
    assert (answer["action"], answer["visibility"]) == ("remove", "removed")
    assert answer["decision_source"] == "rule"
    assert answer["rule_ids"] == ["toxicity-remove", "insult-remove"]
    assert answer["reason_code"] == "harassment"
    assert answer["scores"]["insult"] == 0.99
    assert answer["not_assessed"] == ["severe_toxicity"]
    assert (answer["model_version"], answer["policy_version"]) == ("fake-1", 1)
    assert answer["lookup_url"].endswith(f"?reference={answer['reference']}")


@pytest.mark.parametrize("wrap", [list, lambda rows: {"comments": rows}])
def test_many_comments_are_answered_in_order(client: TestClient, wrap: Any) -> None:
    answers = post(client, wrap([NASTY, MILD]))
    assert [(a["id"], a["action"]) for a in answers] == [("2", "remove"), ("1", "approve")]


def test_the_same_again_changes_nothing(client: TestClient) -> None:
    (first,) = post(client, NASTY)
    (second,) = post(client, NASTY)
    assert second == {**first, "status": "unchanged", "created": False}


def test_another_text_is_a_new_revision_decided_anew(client: TestClient) -> None:
    (first,) = post(client, NASTY)
    (second,) = post(client, {**NASTY, "text": "I beg your pardon."})
    assert (second["status"], second["created"], second["action"]) == ("edited", False, "approve")
    assert second["reference"] != first["reference"]


def test_the_same_row_twice_in_a_call_is_one_comment(client: TestClient) -> None:
    first, second = post(client, [MILD, MILD])
    assert (first["status"], second["status"]) == ("stored", "unchanged")
    assert first["reference"] == second["reference"]


def test_a_comment_left_waiting_is_decided_on_the_retry(
    client: TestClient, services: Services
) -> None:
    incoming = IncomingComment("site", "2", NASTY["text"], "bob", services.clock.now())
    with services.context.store.write() as tx:
        store_comment(services.context, API, tx, incoming)
    assert client.get("/healthz").json()["waiting"] == 1
    (answer,) = post(client, NASTY)
    assert (answer["status"], answer["action"]) == ("unchanged", "remove")
    assert client.get("/healthz").json()["waiting"] == 0


def test_with_the_backend_down_comments_are_held_for_a_person(
    client: TestClient, services: Services
) -> None:
    backend_of(services).is_down = True
    answers = post(client, [MILD, NASTY])
    assert {a["action"] for a in answers} == {"hold"}
    assert {a["decision_source"] for a in answers} == {"failure_policy"}
    assert {len(a["not_assessed"]) for a in answers} == {6}
    assert len(listed(services)) == 2


def test_a_text_that_breaks_the_backend_is_held_alone(client: TestClient) -> None:
    bad, good = post(client, [{"id": "3", "text": f"a {POISON} b"}, MILD])
    assert (bad["action"], bad["decision_source"]) == ("hold", "failure_policy")
    assert (good["action"], good["decision_source"]) == ("approve", "rule")


def test_posts_of_one_new_comment_at_once_end_as_one_decision(
    client: TestClient, services: Services
) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = [
            row for rows in pool.map(lambda _: post(client, NASTY), range(8)) for row in rows
        ]
    assert len({a["reference"] for a in answers}) == 1
    assert len({a["decided_at"] for a in answers}) == 1
    assert sorted(a["status"] for a in answers) == ["stored"] + ["unchanged"] * 7
    with services.context.store.read() as reader:
        revision = reader.revision_by_reference(answers[0]["reference"])
        assert revision is not None
        assert len(reader.decision_chain(revision.id)) == 1


def test_a_reference_tells_the_author_why(client: TestClient) -> None:
    (answer,) = post(client, NASTY)
    statement = client.get(f"/v1/decisions/{answer['reference']}").json()
    assert (statement["visibility"], statement["text"]) == ("removed", "You moron.")
    assert (statement["found_automatically"], statement["decided_automatically"]) == (True, True)
    assert statement["reason"]["code"] == "harassment"
    removed_from = BANDS[Label.TOXICITY][1] or SURE
    fact = {"label": "toxicity", "score": 0.99, "low": removed_from, "high": 1.0}
    assert statement["facts"][0] == {**fact, "action": "remove"}
    assert statement["appeal"] is None
    assert statement["can_appeal_until"] > statement["decided_at"]


def test_unknown_and_malformed_references_are_answered_alike(client: TestClient) -> None:
    paths = [
        "000000-0000000-0000000-000000",
        "x",
        "a/b",
        "%00",
        "%ff",
        "é" * 300,
        " ",
        "a%0Ab",
        "..%2Fx%3F",
    ]
    answers = {
        (response.status_code, response.text)
        for response in (client.get(f"/v1/decisions/{path}") for path in paths)
    }
    assert len(answers) == 1
    ((status, _),) = answers
    assert status == 404


def test_health_names_backend_model_and_what_waits(client: TestClient) -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok", "backend": "fake", "model_version": "fake-1", "waiting": 0,
    }  # fmt: skip


def test_health_is_503_with_the_backend_down(client: TestClient, services: Services) -> None:
    backend_of(services).is_down = True
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["error"]["kind"] == "backend"


class BrokenStore:
    """A store whose disk failed, or whose code has a bug."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    @contextmanager
    def _fail(self) -> Iterator[Any]:
        raise self._error
        yield

    read = write = together = _fail

    def close(self) -> None: ...


def client_of_broken_store(services: Services, error: Exception) -> TestClient:
    context = type(services.context)(BrokenStore(error), services.clock, 10)  # type: ignore[arg-type]
    broken = Services(services.settings, services.clock, context, "broken")
    return TestClient(create_app(broken), base_url="http://127.0.0.1")


@pytest.mark.parametrize("path", ["/healthz", "/v1/decisions/000000-0000000-0000000-000000"])
def test_a_broken_store_is_503_without_its_path(services: Services, path: str) -> None:
    response = client_of_broken_store(services, StoreError("/secret/state.db: disk")).get(path)
    assert response.status_code == 503
    assert response.json()["error"]["kind"] == "store"
    assert "secret" not in response.text


def test_an_unforeseen_error_is_a_plain_500_and_its_words_are_not_logged(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_of_broken_store(services, KeyError("what somebody wrote"))
    response = client.post("/v1/comments", json=MILD)
    assert response.status_code == 500
    assert response.json()["error"]["kind"] == "internal"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert "unexpected KeyError" in caplog.text
    assert "somebody wrote" not in caplog.text


@pytest.mark.parametrize("path", ["/healthz", "/docs", "/openapi.json", "/v1/decisions/x", "/nope"])
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Security-Policy"].startswith("default-src 'self'")


def test_the_api_page_names_every_endpoint_and_asks_nobody_for_anything(client: TestClient) -> None:
    page = client.get("/docs").text
    for path in client.get("/openapi.json").json()["paths"]:
        assert path in page
    assert re.findall(r"(?:src|href|action)\s*=\s*[\"']?(?![#\"'/])", page) == []
    assert re.findall(r"<(?:script|link|img|iframe)|url\(|@import|=\"//", page) == []


def test_the_examples_are_what_the_api_takes_and_gives() -> None:
    for posted in POSTED["comments"]:
        CommentIn.model_validate(posted)
    DecisionsOut.model_validate(DECIDED)
    ErrorAnswer.model_validate(REFUSED)


def test_openapi_describes_the_posted_comment_and_every_error(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert set(document["components"]["schemas"]["CommentIn"]["required"]) == {"id", "text"}
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for item in document["paths"].values():
        for operation in item.values():
            assert "default" in operation["responses"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nope", 404), ("PUT", "/healthz", 405), ("GET", "/v1/comments", 405)],
)
def test_what_is_not_there_is_refused_in_the_same_shape(
    client: TestClient, method: str, path: str, status: int
) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    assert set(response.json()["error"]) == {"kind", "message", "details"}


def test_every_error_of_the_project_has_an_answer() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    kinds = [kind for kind in kinds if issubclass(kind, ConsoleError)]
    assert errors.InvalidRows in kinds
    more: dict[type, list[Any]] = {
        errors.InvalidRows: [[]],
        errors.InvalidAppeal: ["no_words"],
        errors.AppealRefused: ["too_late"],
    }
    for kind in kinds:
        error = kind("x", *more.get(kind, []))
        assert 400 <= answer_for(error).status < 600
    assert SYSTEM.id != API.id


def test_a_foreign_host_name_is_refused(client: TestClient) -> None:
    answer = client.get("/healthz", headers={"host": "rebound.example"})
    assert answer.status_code == 400
