"""Answers with missing, extra, unordered or wrongly typed parts, for every protocol except
tensors."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from core.errors import BackendError, ModelNotUsable
from core.inference.base import ErrorKind
from core.moderation.scores import Label
from tests.contract.conftest import ABUSE, Open, toxicity
from tests.contract.remote_configs import LABELS, ORDER
from tests.contract.remote_server import (
    SERVERS,
    ReceivedRequest,
    RemoteServer,
    ServerAnswer,
    pairs,
    scores_of,
)

# Where the list of one item a text lies in an answer.
LISTS: dict[str, tuple[str, ...]] = {
    "openai": ("results",),
    "console": ("results",),
    "hf_endpoint": (),
    "tei": (),
    "vllm": ("data",),
    "infinity": ("data",),
    "mlflow": ("predictions",),
    "json": ("data", "results"),
}


def changed(
    kind: str, change: Callable[[list[Any]], Any]
) -> Callable[[ReceivedRequest], ServerAnswer | None]:
    def answer(asked: ReceivedRequest) -> ServerAnswer | None:
        if asked.body is None:
            return None
        told = SERVERS[kind](asked)
        body = json.loads(json.dumps(told.body))
        if not LISTS[kind]:
            return ServerAnswer(change(body), headers=told.headers)
        inner = body
        for step in LISTS[kind][:-1]:
            inner = inner[step]
        inner[LISTS[kind][-1]] = change(inner[LISTS[kind][-1]])
        return ServerAnswer(body, headers=told.headers)

    return answer


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize(
    "change",
    [
        lambda found: found[1:],
        lambda found: [*found, found[0]],
        lambda found: [],
        lambda found: found[0],
        lambda found: 0.5,
        lambda found: None,
        lambda found: "0.5",
        lambda found: True,
        lambda found: [0.5] * len(found),
        lambda found: [None] * len(found),
        lambda found: [[]] * len(found),
        lambda found: [{}] * len(found),
        lambda found: [[0.1, 0.2]] * len(found),
        lambda found: dict(enumerate(found)),
        lambda found: [found],
    ],
    ids=["one missing", "one too many", "none", "one alone", "number", "null", "text", "true",
         "numbers", "nulls", "empty lists", "empty objects", "too few numbers", "numbered",
         "wrapped"],
)  # fmt: skip
def test_answer_that_is_not_one_item_a_text_is_refused(
    server: RemoteServer, opened: Open, kind: str, change: Callable[[list[Any]], Any]
) -> None:
    server.override = changed(kind, change)
    with pytest.raises(ModelNotUsable):
        opened(kind).load()


@pytest.mark.parametrize("kind", ["openai", "console", "vllm", "json"])
def test_numbered_items_are_put_back_in_order(
    server: RemoteServer, opened: Open, kind: str
) -> None:
    def numbered(found: list[Any]) -> list[Any]:
        if kind != "vllm":
            found = [{**item, "index": place} for place, item in enumerate(found)]
        return sorted(found, key=lambda item: -item["index"])

    server.override = changed(kind, numbered)
    texts = ["fine", ABUSE, "good day"]
    found = [row.scores[Label.TOXICITY] for row in opened(kind).score(texts).results]
    assert found[1] > 0.5
    assert max(found[0], found[2]) < 0.5


@pytest.mark.parametrize("kind", ["openai", "console", "vllm", "json"])
@pytest.mark.parametrize("indexes", [[0, 0, 1], [1, 2, 3], ["0", "1", "2"], [0.0, 1.0, 2.0]])
def test_items_numbered_otherwise_are_refused(
    server: RemoteServer, opened: Open, kind: str, indexes: list[Any]
) -> None:
    server.override = changed(
        kind,
        lambda found: [{**item, "index": indexes[place % 3]} for place, item in enumerate(found)],
    )
    with pytest.raises(ModelNotUsable, match="whose indexes are not those of the texts"):
        opened(kind).load()


@pytest.mark.parametrize("kind", LISTS)
def test_order_that_nobody_numbers_is_checked_with_a_text_alone(
    server: RemoteServer, opened: Open, kind: str
) -> None:
    def turned(found: list[Any]) -> list[Any]:
        if kind == "vllm":
            found = [{**item, "index": len(found) - 1 - item["index"]} for item in found]
        return found[::-1]

    server.override = changed(kind, turned)
    with pytest.raises(ModelNotUsable, match="not in the order of the texts"):
        opened(kind).load()


@pytest.mark.parametrize("kind", ["vllm", "openai", "tei", "infinity", "mlflow"])
def test_constant_answer_is_refused(server: RemoteServer, opened: Open, kind: str) -> None:
    server.override = changed(
        kind,
        lambda found: (
            [{**found[0], "index": n} for n in range(len(found))]
            if kind == "vllm"
            else [found[0]] * len(found)
        ),
    )
    with pytest.raises(ModelNotUsable, match="gives the same scores to 4 texts"):
        opened(kind).load()


def test_one_class_of_1_is_refused(server: RemoteServer, opened: Open) -> None:
    """A softmax over one class is 1 whatever the text."""
    server.override = lambda asked: ServerAnswer(
        {"data": [{"index": n, "label": "LABEL_0", "probs": [1.0], "num_classes": 1}
                  for n, _ in enumerate(asked.body["input"])]}
    )  # fmt: skip
    with pytest.raises(ModelNotUsable, match="gives the same scores to 4 texts"):
        opened("vllm", labels={"toxicity": "toxic"}, label_order=["toxic"]).load()


@pytest.mark.parametrize("kind", ["vllm", "mlflow", "json", "infinity"])
def test_percentages_are_refused(server: RemoteServer, opened: Open, kind: str) -> None:
    def times_100(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: v if k == "index" else times_100(v) for k, v in value.items()}
        if isinstance(value, list):
            return [times_100(item) for item in value]
        return value * 100 if isinstance(value, float) else value

    server.override = changed(kind, times_100)
    with pytest.raises(ModelNotUsable, match=r"outside 0\.\.1, up to 9.* such as 0\.\.100"):
        opened(kind).load()


@pytest.mark.parametrize("score", ["NaN", "Infinity", "-0.5", "1e400", "9" * 400])
def test_probes_without_a_score_are_refused(server: RemoteServer, opened: Open, score: str) -> None:
    def answer(asked: ReceivedRequest) -> ServerAnswer:
        rows = [[{"label": name, "score": 7.5} for name in ORDER] for _ in asked.body["input"]]
        return ServerAnswer(json.dumps({"data": rows}).replace("7.5", score).encode())

    server.override = answer
    with pytest.raises(ModelNotUsable, match=r"outside 0\.\.1|NaN"):
        opened("infinity").load()


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("obscene", "reports 'obscene' as the best class"),
        ("OBSCENE", "reports 'obscene' as the best class"),
        ("LABEL_1", "reports 'obscene' as the best class"),
        ("LABEL_5", "names a class that is not in label_order"),
        ("NEUTRAL", "names a class that is not in label_order"),
        (3, "names a class that is not in label_order"),
    ],
)
def test_best_class_of_vllm_that_contradicts_the_order_is_refused(
    server: RemoteServer, opened: Open, label: Any, words: str
) -> None:
    server.override = changed("vllm", lambda found: [{**item, "label": label} for item in found])
    with pytest.raises(ModelNotUsable, match=words):
        opened("vllm").load()


def test_best_class_of_vllm_by_name_agrees(server: RemoteServer, opened: Open) -> None:
    def named(found: list[Any]) -> list[Any]:
        return [
            {**one, "label": ORDER[one["probs"].index(max(one["probs"]))].title()} for one in found
        ]

    server.override = changed("vllm", named)
    assert toxicity(opened("vllm")) == scores_of(ABUSE)["toxic"]
    server.override = changed("vllm", lambda found: [{**one, "num_classes": 2} for one in found])
    with pytest.raises(ModelNotUsable, match="a number of probs that is not its num_classes"):
        opened("vllm").load()


def test_zero_shot_labels_go_with_their_scores_whatever_the_order(
    server: RemoteServer, opened: Open
) -> None:
    """They come sorted by score: read in `label_order` they would be somebody else's."""

    def answer(asked: ReceivedRequest) -> ServerAnswer:
        found = [pairs(scores_of(text)) for text in asked.body["payload"]["comments"]]
        results = [
            {"labels": [p["label"] for p in one], "scores": [p["score"] for p in one]}
            for one in found
        ]
        return ServerAnswer({"data": {"results": results}})

    server.override = answer
    for scores in ("", "scores"):
        backend = opened("json", scores=scores, label_order=list(LABELS.values()))
        assert toxicity(backend) == scores_of(ABUSE)["toxic"]


def test_key_that_is_there_twice_is_refused(server: RemoteServer, opened: Open) -> None:
    backend = opened("infinity")
    backend.load()
    server.override = lambda _asked: ServerAnswer(b'{"data": [[]], "data": [[]]}')
    with pytest.raises(BackendError, match="not JSON") as caught:
        backend.score([ABUSE])
    assert caught.value.kind == ErrorKind.BAD_SHAPE


@pytest.mark.parametrize("usage", [[], "9", {"total_tokens": "9"}, {"total_tokens": -1},
                                   {"total_tokens": 10**30}, {"total_tokens": 1e300}])  # fmt: skip
def test_numbers_beside_the_scores_are_believed_or_left(
    server: RemoteServer, opened: Open, usage: Any
) -> None:
    def answer(asked: ReceivedRequest) -> ServerAnswer:
        told = SERVERS["vllm"](asked)
        return ServerAnswer({**told.body, "usage": usage, "model": "m" * 9_999}, headers={
            "x-request-id": "r" * 9_999
        })  # fmt: skip

    server.override = answer
    call = opened("vllm").score([ABUSE]).call
    assert call.tokens is None
    assert len(call.request_id or "") < 100


@pytest.mark.parametrize("model", [None, 3, [], "m" * 9_999])
def test_model_that_is_not_named_is_not_needed(
    server: RemoteServer, opened: Open, model: Any
) -> None:
    def answer(asked: ReceivedRequest) -> ServerAnswer:
        body = dict(SERVERS["openai"](asked).body)
        del body["model"]
        return ServerAnswer(body if model is None else {**body, "model": model})

    server.override = answer
    assert opened("openai").score([ABUSE]).call.model_revision is None
