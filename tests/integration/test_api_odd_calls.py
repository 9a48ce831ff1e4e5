"""What the API makes of calls that are nearly right: odd queries, and any JSON at each address."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from core.bootstrap.services import build_services
from core.config import Settings
from core.serving.app import create_app
from tests.integration.test_api_bad_input import ANY_JSON, ANY_TEXT


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    home = tmp_path_factory.mktemp("api")
    services = build_services(Settings(home=home, backend="fake"), worker="api_test")
    with TestClient(create_app(services), base_url="http://127.0.0.1") as client:
        yield client


TENSOR = st.fixed_dictionaries(
    {
        "name": st.just("text") | ANY_TEXT,
        "shape": st.just([1]) | ANY_JSON,
        "datatype": st.just("BYTES") | ANY_TEXT,
        "data": st.lists(ANY_TEXT | st.just("fine"), min_size=1, max_size=1),
    }
)
NEARLY_A_CALL: dict[str, st.SearchStrategy[object]] = {
    "/v1/moderations": st.fixed_dictionaries(
        {"input": ANY_TEXT | ANY_JSON}, optional={"model": ANY_TEXT}
    ),
    "/predict": st.fixed_dictionaries(
        {"inputs": ANY_TEXT | ANY_JSON}, optional={"truncation_direction": ANY_TEXT | ANY_JSON}
    ),
    "/v2/models/fake/infer": st.fixed_dictionaries(
        {"inputs": st.lists(TENSOR, min_size=1, max_size=1)},
        optional={"id": ANY_TEXT | ANY_JSON, "outputs": ANY_JSON, "parameters": ANY_JSON},
    ),
    "/v1/reports": st.fixed_dictionaries(
        {"comment_id": ANY_TEXT, "reporter": ANY_TEXT, "reason": ANY_TEXT | st.just("other")},
        optional={"words": ANY_TEXT, "kind": ANY_TEXT, "source": ANY_TEXT, "reference": ANY_TEXT},
    ),
}


@pytest.mark.parametrize("path", NEARLY_A_CALL)
@given(data=st.data())
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_json_at_all_gives_a_500_elsewhere(
    client: TestClient, path: str, data: st.DataObject
) -> None:
    body = json.dumps(data.draw(NEARLY_A_CALL[path])).encode()
    response = client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code in {200, 400, 404, 422, 424}  # 424: another language


QUERIES = {
    "source=x&source=site": "`source` is there 2 times",
    "source=site&source=site": "`source` is there 2 times",
    "source=site&%73ource=blog": "`source` is there 2 times",
    "sorce=blog": "`sorce` is not one of this address",
    "Source=blog": "`Source` is not one of this address",
    "source=site&id=2": "`id` is not one of this address",
    "source[]=blog": "`(unnamed)` is not one of this address",
    "=blog": "`(unnamed)` is not one of this address",
    "dry_run": "`dry_run` is not one of this address",
}


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_that_is_not_understood_withdraws_nothing(client: TestClient, query: str) -> None:
    assert client.post("/v1/comments", json={"id": "kept", "text": "fine"}).status_code == 200
    response = client.delete(f"/v1/comments/kept?{query}")
    assert response.status_code == 422
    assert response.json()["error"]["kind"] == "invalid_input"
    assert QUERIES[query] in response.json()["error"]["message"]
    (answer,) = client.post("/v1/comments", json={"id": "kept", "text": "fine"}).json()["comments"]
    assert (answer["status"], answer["visibility"]) == ("unchanged", "visible")


@pytest.mark.parametrize("query", ["", "?", "?source=site", "?&source=site&"])
def test_a_query_that_is_understood_withdraws(client: TestClient, query: str) -> None:
    assert client.post("/v1/comments", json={"id": "gone", "text": "fine"}).status_code == 200
    assert client.delete(f"/v1/comments/gone{query}").status_code == 200


@pytest.mark.parametrize("path", ["/v1/comments", "/v1/reports"])
def test_what_is_posted_takes_no_query(client: TestClient, path: str) -> None:
    response = client.post(f"{path}?source=blog", json={"id": "queried", "text": "fine"})
    assert response.status_code == 422
    assert "`source` is not one of this address" in response.text
