"""Bad input to the API: one clear line naming the row, nothing stored, and never a 500."""

import gzip
import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from core.bootstrap.services import build_services
from core.config import Settings
from core.serving.app import create_app
from core.serving.request_body import MAX_BODY_BYTES

GOOD = b'{"id": "1", "text": "fine"}'
SECRET = "correct horse battery"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    home = tmp_path_factory.mktemp("api")
    services = build_services(Settings(home=home, backend="fake"), worker="api_test")
    with TestClient(create_app(services), base_url="http://127.0.0.1") as client:
        yield client


def row(**fields: object) -> bytes:
    return json.dumps({"id": "1", "text": SECRET, **fields}).encode()


BODIES: dict[str, tuple[bytes, str]] = {
    # name: (body, words the one line must have)
    "empty": (b"", "not JSON"),
    "not JSON": (b"id=1&text=x", "not JSON"),
    "cut off": (GOOD[:-1], "not JSON"),
    "not UTF-8": (b'{"id": "1", "text": "\xff"}', "not UTF-8"),
    "byte order mark": (b"\xef\xbb\xbf" + GOOD, "not JSON"),
    "NaN": (b'{"id": "1", "text": NaN}', "NaN"),
    "Infinity": (b"[-Infinity]", "Infinity"),
    "nested deep": (b"[" * 200_000, "not JSON"),
    "huge number": (b"1" * 10_000, "not JSON"),
    "a number": (b"1", "must be a comment"),
    "null": (b"null", "must be a comment"),
    "no rows": (b"[]", "no comment"),
    "rows not a list": (b'{"comments": 1}', "must be a comment"),
    "field beside rows": (b'{"comments": [' + GOOD + b'], "dry_run": true}', "no other field"),
    "over 100 rows": (b"[" + b",".join([GOOD] * 101) + b"]", "at most 100"),
    "row not an object": (b"[" + GOOD + b', "x"]', "comments[1]: a comment must be"),
    "no text": (b'{"id": "1"}', "`text`: is missing"),
    "no id": (b'{"text": "x"}', "`id`: is missing"),
    "number for text": (row(text=5), "`text`: must be text"),
    "list for text": (row(text=[SECRET]), "`text`: must be text"),
    "null for text": (row(text=None), "`text`: must be text"),
    "number for id": (row(id=5), "`id`: must be text"),
    "empty id": (row(id=""), "`id`: must have 1 to 200"),
    "unseen id": (row(id="\u200b\u2800"), "`id`: must have 1 to 200"),
    "long id": (row(id="x" * 201), "`id`: must have 1 to 200"),
    "empty text": (row(text=" \n"), "`text`: the text is empty"),
    "markup only": (row(text="<p></p>"), "`text`: nothing readable"),
    "1 MB text": (row(text="x" * 1_000_000), "`text`: the text has 1,000,000 characters"),
    "surrogate in text": (row(text="\ud800"), "`text`: holds a lone surrogate"),
    "surrogate in id": (row(id="\udfff"), "`id`: holds a lone surrogate"),
    "surrogate in source": (row(source="\ud800"), "`source`: holds a lone surrogate"),
    "surrogate in a name": (row(**{"\ud800": 1}), "surrogate"),
    "NUL in text": (row(text="a\0b"), "`text`: the text holds a NUL"),
    "NUL in id": (row(id="a\0b"), "`id`: holds a control character"),
    "NUL in author": (row(author="a\0b"), "`author`: holds a control character"),
    "address": (row(author_email="sam@a, ida@b"), "`author_email`: is no mail address"),
    "NUL in parent": (row(parent_id="a\0b"), "`parent_id`: holds a control character"),
    "NUL in source": (row(source="a\0b"), "`source`: holds a control character"),
    "empty source": (row(source=""), "`source`: must have 1 to 200"),
    "time as number": (row(created_at=1_700_000_000), "`created_at`: must be a time"),
    "time without zone": (row(created_at="2026-01-31T12:00:00"), "`created_at`: must be a time"),
    "time too early": (row(created_at="0001-01-01T00:00:00+14:00"), "`created_at`: must be a time"),
    "time before 1970": (row(created_at="1969-12-31T23:59:59Z"), "between 1970 and now"),
    "time to come": (row(created_at="9999-12-31T00:00:00Z"), "between 1970 and now"),
    "unknown field": (row(body="x"), "`body`: is not a field"),
    "a comment as a name": (row(**{f"{SECRET}!": 1}), "is not a field"),
    "a field twice": (b'{"id": "1", "text": "a", "text": "b"}', "`text` twice"),
    "a field twice, alike": (b'{"id": "1", "id": "1", "text": "b"}', "`id` twice"),
    "a field twice, escaped": (b'{"id": "1", "text": "a", "te\\u0078t": "b"}', "`text` twice"),
    "a field twice in a row": (b"[" + GOOD + b', {"text": "a", "text": 1}]', "`text` twice"),
    "rows twice": (b'{"comments": [], "comments": [' + GOOD + b"]}", "`comments` twice"),
    "a field twice below": (b'{"id": {"a": [{"b": 1, "b": 2}]}}', "`b` twice"),
    "a comment twice as a name": (
        json.dumps({SECRET: 1})[:-1].encode() + b', "' + SECRET.encode() + b'": 1}',
        "`(unnamed)` twice",
    ),
    "one id, two texts": (b"[" + GOOD + b"," + row() + b"]", "comments[1], `id`: is that of row 0"),
}


@pytest.mark.usefixtures("no_collection")
@pytest.mark.parametrize("name", BODIES)
def test_bad_input_is_one_clear_line(client: TestClient, name: str) -> None:
    body, words = BODIES[name]
    response = client.post(
        "/v1/comments", content=body, headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 422
    error = response.json()["error"]
    assert error["kind"] == "invalid_input"
    assert words in error["message"]
    assert "\n" not in error["message"]
    assert SECRET not in response.text


def test_every_wrong_row_is_named_and_nothing_is_stored(client: TestClient) -> None:
    rows = [{"id": "whole-1", "text": "fine"}, {"id": "b", "text": ""}, {"id": 3, "text": "x"}]
    response = client.post("/v1/comments", json=rows)
    assert response.status_code == 422
    error = response.json()["error"]
    assert [(d["row"], d["field"]) for d in error["details"]] == [(1, "text"), (2, "id")]
    assert error["message"].startswith("2 of 3 comments")
    (answer,) = client.post("/v1/comments", json=rows[0]).json()["comments"]
    assert answer["created"] is True


def test_a_row_refused_late_takes_the_good_rows_with_it(client: TestClient) -> None:
    rows = [{"id": "whole-2", "text": "fine"}, {"id": "b", "text": "<p></p>"}]
    assert client.post("/v1/comments", json=rows).status_code == 422
    (answer,) = client.post("/v1/comments", json=rows[0]).json()["comments"]
    assert answer["created"] is True


def test_a_body_over_the_limit_is_413(client: TestClient) -> None:
    response = client.post("/v1/comments", json={"id": "1", "text": "x" * MAX_BODY_BYTES})
    assert response.status_code == 413
    assert response.json()["error"]["kind"] == "too_large"


@pytest.mark.parametrize("declared", [None, "text/plain", "application/x-www-form-urlencoded", ";"])
def test_a_body_not_declared_as_json_is_refused(client: TestClient, declared: str | None) -> None:
    headers = {} if declared is None else {"Content-Type": declared}
    response = client.post("/v1/comments", content=GOOD, headers=headers)
    assert response.status_code == 422
    assert "Content-Type: application/json" in response.json()["error"]["message"]


ENDPOINTS = {
    "/v1/comments": 422,
    "/v1/moderations": 400,
    "/predict": 422,
    "/v2/models/fake/infer": 400,
}


@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_name_twice_is_refused_everywhere(client: TestClient, path: str) -> None:
    """With the status that clients of that path expect for a wrong input."""
    body = b'{"inputs": [{"name": "text", "data": ["a"], "data": ["b"]}], "input": "a"}'
    response = client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == ENDPOINTS[path]
    assert "`data` twice" in response.text


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize(
    "coding", ["gzip", "x-gzip", "deflate", "br", "zstd", "compress", "GZIP", "identity, gzip", "?"]
)
def test_an_encoded_body_is_415_and_says_what_is_taken(
    client: TestClient, path: str, coding: str
) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": coding}
    response = client.post(path, content=gzip.compress(GOOD), headers=headers)
    assert response.status_code == 415
    assert "plain JSON in UTF-8" in response.text
    assert response.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("name", ["Transfer-Encoding", "X-Nothing"])
def test_a_compressed_body_is_415_however_it_is_declared(client: TestClient, name: str) -> None:
    headers = {"Content-Type": "application/json", name: "gzip"}
    response = client.post("/v1/comments", content=gzip.compress(GOOD), headers=headers)
    assert response.status_code == 415
    assert response.json()["error"]["kind"] == "encoded_body"


@pytest.mark.parametrize("coding", ["", "identity", "Identity"])
def test_a_body_that_is_declared_as_it_is_is_taken(client: TestClient, coding: str) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": coding}
    assert client.post("/v1/comments", content=GOOD, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("charset", ["iso-8859-1", "latin-1", '"UTF-16"', "x"])
def test_another_charset_is_415_and_is_never_misread(
    client: TestClient, path: str, charset: str
) -> None:
    """These bytes are valid in both, and another word in each."""
    headers = {"Content-Type": f"application/json; charset={charset}"}
    body = b'{"id": "a", "text": "caf\xc3\xa9", "input": "x"}'
    response = client.post(path, content=body, headers=headers)
    assert response.status_code == 415
    assert "UTF-8" in response.text


@pytest.mark.parametrize("charset", ["utf-8", '"UTF-8"', "us-ascii", "utf8; v=1"])
def test_utf_8_may_be_named(client: TestClient, charset: str) -> None:
    headers = {"Content-Type": f"application/json; charset={charset}"}
    assert client.post("/v1/comments", content=GOOD, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/v1/moderations", "/predict", "/v2/models/fake/infer"])
def test_endpoints_that_only_score_refuse_a_nul_too(client: TestClient, path: str) -> None:
    tensor = {"name": "text", "datatype": "BYTES", "shape": [1], "data": ["a\0b"]}
    inputs = "a\0b" if path == "/predict" else [tensor]
    response = client.post(path, json={"inputs": inputs, "input": "a\0b"})
    assert response.status_code == ENDPOINTS[path]
    assert "NUL" in response.text


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=30)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=8,
)
NEARLY_A_COMMENT = st.fixed_dictionaries(
    {"id": ANY_TEXT | ANY_JSON, "text": ANY_TEXT | ANY_JSON},
    optional=dict.fromkeys(
        ("author", "created_at", "parent_id", "source", "x"), ANY_TEXT | ANY_JSON
    ),
)


@given(body=ANY_JSON | NEARLY_A_COMMENT | st.lists(NEARLY_A_COMMENT, max_size=4))
@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_json_at_all_gives_a_500(client: TestClient, body: object) -> None:
    response = client.post(
        "/v1/comments",
        content=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    assert response.status_code in {200, 422}
    assert response.status_code == 200 or response.json()["error"]["message"]


@given(reference=st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40))
@example(".")
@settings(max_examples=50)
def test_no_reference_at_all_gives_a_500(client: TestClient, reference: str) -> None:
    response = client.get(f"/v1/decisions/{quote(reference, safe='')}")
    assert response.status_code == 404
    # A client resolves dots as in a folder's path, so these two ask for another address.
    assert "no such reference" in response.text or reference in {".", ".."}
