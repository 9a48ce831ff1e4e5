"""POST /v1/reports: what is taken, what is refused, and that nothing is stored then."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.bootstrap.services import Services
from core.moderation.permissions import SYSTEM
from core.services.report import list_reports
from core.services.withdraw import withdraw_comment
from core.serving.app import create_app
from core.serving.examples import REPORT, REPORTED
from core.serving.reporting import ReportedOut, ReportIn
from tests.factories import MODERATOR, listed, make_key, make_services
from tests.state_checks import place_of, state_rows

MILD = {"id": "1", "text": "I see it another way.", "author": "ada"}
NASTY = {"id": "2", "text": "You moron.", "author": "bob"}
GOOD = {"comment_id": "1", "reporter": "una", "reason": "harassment"}
SECRET = "correct horse battery"


@pytest.fixture
def references(client: TestClient) -> dict[str, str]:
    """Two comments by their id: a visible one and a removed one."""
    answers = client.post("/v1/comments", json=[MILD, NASTY]).json()["comments"]
    return {answer["id"]: answer["reference"] for answer in answers}


def send(client: TestClient, body: object) -> dict[str, Any]:
    response = client.post("/v1/reports", json=body)
    assert response.status_code == 200, response.text
    return dict(response.json())


def stored(services: Services) -> list[tuple[Any, ...]]:
    return state_rows(place_of(services.settings), "SELECT reporter, words FROM reports")


@pytest.mark.usefixtures("references")
def test_report_opens_a_case_that_moderators_see(client: TestClient, services: Services) -> None:
    answer = send(client, GOOD | {"kind": "trusted_flagger", "words": " Look. "})
    assert (answer["outcome"], answer["created"]) == ("opened", True)
    assert (answer["comment_id"], answer["source"], answer["reporter"]) == ("1", "site", "una")
    (item,) = listed(services)
    (found,) = list_reports(services.context, MODERATOR, item.revision_id)
    assert (found.report.kind, found.report.words) == ("trusted_flagger", "Look.")
    (decided,) = client.post("/v1/comments", json=MILD).json()["comments"]
    assert (decided["action"], decided["visibility"]) == ("approve", "visible")


def test_second_report_joins_and_one_on_a_removed_comment_is_recorded(
    client: TestClient, references: dict[str, str]
) -> None:
    send(client, GOOD)
    other = {"reporter": "uwe", "reason": "other"}
    assert send(client, other | {"reference": references["1"]})["outcome"] == "joined"
    answer = send(client, other | {"reference": references["2"]})
    assert (answer["outcome"], answer["comment_id"]) == ("recorded", "2")


@pytest.mark.usefixtures("references")
def test_same_report_again_changes_nothing(client: TestClient, services: Services) -> None:
    first = send(client, GOOD | {"words": "First."})
    again = send(client, GOOD | {"words": "Second."})
    assert again == first | {"created": False, "outcome": "recorded"}
    assert stored(services) == [("una", "First.")]


BODIES: dict[str, tuple[object, str]] = {
    "a list": ([GOOD], "a report must be a JSON object"),
    "no reporter": ({"comment_id": "1", "reason": "other"}, "`reporter`: is missing"),
    "no reason": ({"comment_id": "1", "reporter": "una"}, "`reason`: is missing"),
    "no comment": ({"reporter": "una", "reason": "other"}, "`comment_id`: must have 1 to 200"),
    "number for a comment": (GOOD | {"comment_id": 1}, "`comment_id`: must be text"),
    "null for a reporter": (GOOD | {"reporter": None}, "`reporter`: must be text"),
    "both keys": (GOOD | {"reference": "X"}, "`reference`: stands in place of"),
    "reference and source": (
        {"reference": "X", "source": "site", "reporter": "una", "reason": "other"},
        "`reference`: stands in place of",
    ),
    "unknown field": (GOOD | {"text": SECRET}, "`text`: is not a field of a report"),
    "unknown kind": (GOOD | {"kind": SECRET}, "`kind`: is not one of the values"),
    "list for kind": (GOOD | {"kind": ["user"]}, "`kind`: is not one of the values"),
    "unknown reason": (GOOD | {"reason": SECRET}, "`reason`: must be one of "),
    "long words": (GOOD | {"words": "x" * 2_001}, "`words`: has more than 2,000 characters"),
    "NUL in words": (GOOD | {"words": "a\0b"}, "`words`: holds a NUL"),
    "surrogate in words": (GOOD | {"words": "\ud800"}, "`words`: holds a lone surrogate"),
    "empty reporter": (GOOD | {"reporter": " "}, "`reporter`: must have 1 to 200"),
    "long reporter": (GOOD | {"reporter": "x" * 201}, "`reporter`: must have 1 to 200"),
    "line break in a reporter": (GOOD | {"reporter": "a\nb"}, "`reporter`: holds a control"),
    "control character in source": (GOOD | {"source": "a\nb"}, "`source`: holds a control"),
}


@pytest.mark.slow
@pytest.mark.usefixtures("references")
@pytest.mark.parametrize("name", BODIES)
def test_wrong_body_is_one_line_that_names_the_field(
    client: TestClient, services: Services, name: str
) -> None:
    body, said = BODIES[name]
    response = client.post(
        "/v1/reports", content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 422, response.text
    error = response.json()["error"]
    assert error["kind"] == "invalid_input"
    assert said in error["message"]
    assert "\n" not in error["message"]
    assert SECRET not in response.text
    (problem,) = error["details"]
    assert problem["row"] == 0
    assert stored(services) == []


@pytest.mark.usefixtures("no_collection")
@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_body_that_is_no_json_is_refused(client: TestClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    assert client.post("/v1/reports", content=body, headers=headers).status_code == 422


@pytest.mark.usefixtures("references")
def test_unknown_edited_and_withdrawn_comments(client: TestClient, services: Services) -> None:
    for unknown in (
        GOOD | {"comment_id": "9"},
        GOOD | {"source": "elsewhere"},
        {"reference": "unknown", "reporter": "una", "reason": "other"},
    ):
        response = client.post("/v1/reports", json=unknown)
        assert (response.status_code, response.json()["error"]["kind"]) == (404, "not_found")
    (old,) = client.post("/v1/comments", json=MILD).json()["comments"]
    client.post("/v1/comments", json=MILD | {"text": "I see it as you do."})
    by_old = {"reference": old["reference"], "reporter": "una", "reason": "other"}
    assert client.post("/v1/reports", json=by_old).status_code == 409
    assert send(client, GOOD)["outcome"] == "opened", "by its id it is the newest text"
    withdraw_comment(services.context, SYSTEM, "site", "1")
    response = client.post("/v1/reports", json=GOOD | {"reporter": "uwe"})
    assert (response.status_code, response.json()["error"]["kind"]) == (409, "conflict")
    assert len(stored(services)) == 1


def test_report_needs_a_key_within_its_rate(tmp_path: Any) -> None:
    services = make_services(tmp_path, api_key_rate=0.001, api_key_burst=3)
    key = {"x-api-key": make_key(services)}
    with TestClient(create_app(services), base_url="http://127.0.0.1") as client:
        assert client.post("/v1/reports", json=GOOD).status_code == 401
        client.post("/v1/comments", json=MILD, headers=key)
        statuses = [
            client.post("/v1/reports", json=GOOD, headers=key).status_code for _ in range(3)
        ]
    assert statuses == [200, 200, 429]


def test_api_page_describes_reports(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    operation = document["paths"]["/v1/reports"]["post"]
    content = operation["requestBody"]["content"]["application/json"]
    assert content["schema"]["$ref"] == "#/components/schemas/ReportIn"
    assert "ReportIn" in document["components"]["schemas"]
    ReportIn.model_validate(content["example"])
    assert content["example"] == REPORT
    ReportedOut.model_validate(REPORTED)
    assert "/v1/reports" in client.get("/docs").text
    assert 'route="/v1/reports"' not in client.get("/metrics").text
    client.post("/v1/reports", json={})
    assert 'route="/v1/reports"' in client.get("/metrics").text


def test_metrics_and_lists_name_no_reporter(client: TestClient, services: Services) -> None:
    client.post("/v1/comments", json=MILD)
    send(client, GOOD)
    assert "una" not in client.get("/metrics").text
    assert "una" not in repr(listed(services))
