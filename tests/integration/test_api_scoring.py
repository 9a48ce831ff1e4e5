"""Scoring in the formats of text-embeddings-inference and the open inference protocol."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.bootstrap.services import Services
from core.inference.base import Activation
from core.inference.fake import LABELS, POISON, FakeBackend
from core.moderation.policies import Action
from core.serving.app import create_app
from tests.cutting_backend import CuttingBackend
from tests.factories_text_rules import text_rule
from tests.policies import store_text_rules

IDIOT = {"insult": 0.95, "toxicity": 0.92}


@pytest.fixture
def backend(services: Services) -> FakeBackend:
    backend = services.full_model
    assert isinstance(backend, FakeBackend)
    return backend


def predict(client: TestClient, inputs: object, **more: object) -> Any:
    response = client.post("/predict", json={"inputs": inputs, **more})
    assert response.status_code == 200, response.text
    return response.json()


def test_predict_of_one_text_ranks_its_labels(client: TestClient) -> None:
    answer = predict(client, "You idiot")
    assert [each["label"] for each in answer[:2]] == ["insult", "toxicity"]
    assert {each["label"]: each["score"] for each in answer[:2]} == IDIOT
    assert [each["score"] for each in answer] == sorted((e["score"] for e in answer), reverse=True)
    assert predict(client, ["You idiot"]) == answer


def test_predict_of_a_batch_is_a_list_of_lists(client: TestClient) -> None:
    answer = predict(client, [["You idiot"], ["Good day"]])
    assert [each[0]["score"] for each in answer] == [0.95, 0.02]
    assert predict(client, [["You idiot"]]) == answer[:1]


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        (["a", "b"], "pairs of texts"),
        (["a", "b", "c"], "pairs of texts"),
        ([["a", "b"]], r"inputs[0]: pairs of texts"),
        ([["a"], "b"], "inputs[1] must be a list"),
        ([["a"], []], "inputs[1] must be a list"),
        ([["a"], [5]], "inputs[1] must be text"),
        ([], "holds no text"),
        (5, "must be a text or a list"),
        (None, "must be a text or a list"),
        ("", "the text is empty"),
        ([["x"]] * 101, "at most 100"),
    ],
)
def test_predict_refuses_in_its_own_shape(client: TestClient, inputs: object, words: str) -> None:
    response = client.post("/predict", json={"inputs": inputs})
    assert response.status_code == 422
    body = response.json()
    assert set(body) == {"error", "error_type"}
    assert words in body["error"]
    assert body["error_type"] == "validation"


def test_predict_gives_raw_scores_where_there_was_a_sigmoid(
    client: TestClient, backend: FakeBackend
) -> None:
    refused = client.post("/predict", json={"inputs": "You idiot", "raw_scores": True})
    assert refused.status_code == 422
    backend._info = replace(backend._info, activation=Activation.SIGMOID)
    top = predict(client, "You idiot", raw_scores=True)[0]
    assert 1 / (1 + math.exp(-top["score"])) == pytest.approx(0.95)


def test_predict_tells_its_times(client: TestClient) -> None:
    headers = client.post("/predict", json={"inputs": "Good day"}).headers
    for name in ("x-total-time", "x-queue-time", "x-inference-time", "x-compute-characters"):
        assert headers[name].isdigit()
    assert headers["x-compute-tokens"] == "2"


def test_predict_cuts_only_when_told_to(services: Services) -> None:
    services.__dict__["full_model"] = CuttingBackend()
    long, fitting = "word " * 21, "several words, though: ten"
    with TestClient(create_app(services), base_url="http://127.0.0.1") as client:
        assert client.post("/predict", json={"inputs": fitting}).status_code == 200
        refused = client.post("/predict", json={"inputs": [[long], ["x"]]})
        assert refused.status_code == 422
        assert "longer than what this model reads" in refused.json()["error"]
        assert predict(client, long, truncate=True)
        assert client.post("/predict", json={"inputs": "x", "truncate": 1}).status_code == 422


def test_what_was_not_read_is_told_and_flagged(services: Services) -> None:
    services.__dict__["full_model"] = CuttingBackend()
    long = "word " * 21
    with TestClient(create_app(services), base_url="http://127.0.0.1") as client:
        answer = client.post("/v1/moderations", json={"input": [long, "word"]}).json()
        told = [result["modconsole"]["unread_chars"] for result in answer["results"]]
        assert told == [4, 0]
        assert [result["flagged"] for result in answer["results"]] == [True, False]
        (scores,) = infer(client, long, "word").json()["outputs"]
        assert scores["parameters"]["unread_chars"] == [4, 0]
        stored = client.post("/v1/comments", json={"id": "1", "text": long}).json()
        (decided,) = stored["comments"]
        told = {name: decided[name] for name in ("action", "decision_source", "unread_chars")}
        assert told == {"action": "hold", "decision_source": "not_read_whole", "unread_chars": 4}
        statement = client.get(f"/v1/decisions/{decided['reference']}").json()
        assert statement["unread_chars"] == 4
        assert not statement["found_automatically"]


def test_text_rules_act_in_the_api(services: Services) -> None:
    rule = text_rule("casino.example", "link", Action.REMOVE, description="No casinos.")
    store_text_rules(services.context, rule)
    text = "See https://casino.example/x"
    with TestClient(create_app(services), base_url="http://127.0.0.1") as client:
        answer = client.post("/v1/moderations", json={"input": [text, "Fine."]}).json()
        assert [result["flagged"] for result in answer["results"]] == [True, False]
        told = answer["results"][0]["modconsole"]
        assert (told["action"], told["rule_ids"]) == ("remove", [rule.id])
        (decided,) = client.post("/v1/comments", json={"id": "1", "text": text}).json()["comments"]
        assert (decided["action"], decided["rule_ids"]) == ("remove", [rule.id])
        statement = client.get(f"/v1/decisions/{decided['reference']}").json()
    assert statement["text_facts"] == [
        {
            "kind": "link",
            "description": "No casinos.",
            "action": "remove",
            "words": ["casino.example"],
        }
    ]
    assert (statement["found_automatically"], statement["decided_automatically"]) == (True, True)


def infer(client: TestClient, *texts: str, **more: object) -> Any:
    tensor = {"name": "text", "shape": [len(texts)], "datatype": "BYTES", "data": list(texts)}
    return client.post("/v2/models/fake/infer", json={"inputs": [tensor], **more})


def test_infer_has_a_row_a_text_and_a_named_column_a_label(client: TestClient) -> None:
    body = infer(client, "You idiot", "Good day", id="42").json()
    assert (body["model_name"], body["model_version"], body["id"]) == ("fake", "fake-1", "42")
    (output,) = body["outputs"]
    assert (output["name"], output["datatype"], output["shape"]) == ("scores", "FP32", [2, 5])
    assert output["parameters"] == {
        "labels": list(LABELS),
        "activation": "none",
        "unread_chars": [0] * output["shape"][0],
    }
    rows = [dict(zip(LABELS, output["data"][at : at + 5], strict=True)) for at in (0, 5)]
    assert [row["insult"] for row in rows] == [0.95, 0.02]


TENSOR = {"name": "text", "shape": [1], "datatype": "BYTES", "data": ["fine"]}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "must hold one tensor"),
        ([], "must hold one tensor"),
        ({"inputs": [TENSOR, TENSOR]}, "must hold one tensor"),
        ({"inputs": [{**TENSOR, "datatype": "FP32"}]}, "datatype BYTES"),
        ({"inputs": [{**TENSOR, "name": "x"}]}, "must be `text`"),
        ({"inputs": [{**TENSOR, "shape": [2]}]}, "must be [1]"),
        ({"inputs": [{**TENSOR, "data": "fine"}]}, "must be a list"),
        ({"inputs": [{**TENSOR, "data": [1]}]}, "text[0] must be text"),
        ({"inputs": [TENSOR], "outputs": [{"name": "logits"}]}, "only output"),
        ({"inputs": [TENSOR], "outputs": 5}, "only output"),
        ({"inputs": [TENSOR], "id": "\ud800"}, "`id` holds a lone surrogate"),
        ({"inputs": [TENSOR], "id": "a\udfffb"}, "`id` holds a lone surrogate"),
    ],
)
def test_infer_refuses_in_its_own_shape(client: TestClient, body: object, words: str) -> None:
    content = json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    response = client.post("/v2/models/fake/infer", content=content, headers=headers)
    assert response.status_code == 400
    assert set(response.json()) == {"error"}
    assert words in response.json()["error"]


def test_a_column_of_texts_and_a_chosen_output_are_taken(client: TestClient) -> None:
    body = {"inputs": [{**TENSOR, "shape": [1, 1]}], "outputs": [{"name": "scores"}]}
    path = "/v2/models/fake/versions/fake-1/infer"
    assert client.post(path, json=body).json()["outputs"][0]["shape"] == [1, 5]


def test_the_model_describes_itself(client: TestClient) -> None:
    body = client.get("/v2/models/fake").json()
    assert (body["name"], body["versions"], body["platform"]) == ("fake", ["fake-1"], "python")
    assert body["inputs"] == [{"name": "text", "datatype": "BYTES", "shape": [-1]}]
    assert body["outputs"][0]["parameters"]["labels"] == list(LABELS)
    assert client.get("/v2").json()["name"] == "moderation-console"


@pytest.mark.parametrize(
    "path", ["/v2/models/x", "/v2/models/fake/versions/9", "/v2/models/x/ready", "/v2/nope"]
)
def test_an_unknown_model_is_not_found_in_their_shape(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert set(response.json()) == {"error"}


def test_ready_follows_the_backend_and_live_does_not(
    client: TestClient, backend: FakeBackend
) -> None:
    paths = ("/v2/health/live", "/v2/health/ready", "/v2/models/fake/ready")
    assert [client.get(path).status_code for path in paths] == [200, 200, 200]
    backend.is_down = True
    assert [client.get(path).status_code for path in paths] == [200, 503, 503]
    assert infer(client, "new text").status_code == 503
    response = client.post("/predict", json={"inputs": "new text"})
    assert (response.status_code, response.json()["error_type"]) == (503, "unhealthy")


def test_a_text_that_breaks_the_backend_is_their_backend_error(client: TestClient) -> None:
    response = client.post("/predict", json={"inputs": [["fine"], [POISON]]})
    assert (response.status_code, response.json()["error_type"]) == (424, "backend")


def test_markup_is_read_as_in_a_stored_comment(client: TestClient) -> None:
    plain, markup = predict(client, "You idiot"), predict(client, "<p>You <i>idi</i>ot</p>")
    assert plain == markup


def test_scoring_stores_nothing(client: TestClient, services: Services) -> None:
    predict(client, "You idiot")
    infer(client, "You idiot")
    with services.context.store.read() as reader:
        assert reader.is_empty()
