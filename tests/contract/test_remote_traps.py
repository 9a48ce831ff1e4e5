"""Pitfalls of real servers: softmax, logits, only the best label, waiting, limits."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import ModelNotUsable
from core.inference.base import Activation
from core.moderation.scores import Label
from tests.contract.conftest import ABUSE, Open, toxicity
from tests.contract.remote_configs import config_of, open_remote
from tests.contract.remote_server import (
    ReceivedRequest,
    RemoteServer,
    ServerAnswer,
    logits_of,
    pairs,
    scores_of,
    softmax_of,
)


def test_softmax_where_a_sigmoid_is_declared_is_refused(server: RemoteServer, opened: Open) -> None:
    server.override = lambda asked: ServerAnswer(
        {"data": [pairs(softmax_of(text)) for text in asked.body["input"]], "usage": {}}
    )
    with pytest.raises(ModelNotUsable, match=r"add up to 1 .* as a softmax does"):
        opened("infinity").load()
    backend = opened("infinity", activation="softmax")
    assert toxicity(backend) == pytest.approx(softmax_of(ABUSE)["toxic"])
    assert backend.info.activation is Activation.SOFTMAX


def test_tei_gets_past_its_softmax_by_asking_for_logits(server: RemoteServer, opened: Open) -> None:
    """The stand-in, as the real one, would say 0.46 of what the model gives 0.95."""
    assert toxicity(opened("tei")) == pytest.approx(0.92)
    assert toxicity(opened("tei", activation="softmax")) == pytest.approx(
        softmax_of(ABUSE)["toxic"]
    )


def test_infinitys_answers_are_used_as_scores_even_if_logits_are_requested(
    server: RemoteServer, opened: Open
) -> None:
    assert toxicity(opened("infinity")) == scores_of(ABUSE)["toxic"]
    with pytest.raises(ModelNotUsable, match=r"should give logits, .* from 0 to 1, "):
        opened("infinity", raw_scores=True).load()
    server.override = lambda asked: ServerAnswer(
        {"data": [pairs(logits_of(text)) for text in asked.body["input"]], "usage": {}}
    )
    logits = opened("infinity", raw_scores=True)
    logits.load()
    assert toxicity(logits) == pytest.approx(scores_of(ABUSE)["toxic"])


def test_mlflow_numbers_the_labels_of_a_pipeline_that_gives_all(
    server: RemoteServer, opened: Open
) -> None:
    """What its scoring server makes of `model_config={"top_k": None}`: a frame of a column each."""

    def answer(asked: ReceivedRequest) -> ServerAnswer:
        rows = [pairs(scores_of(text)) for text in asked.body["inputs"]]
        return ServerAnswer(
            {"predictions": [{str(n): p for n, p in enumerate(row)} for row in rows]}
        )

    server.override = answer
    assert toxicity(opened("mlflow")) == scores_of(ABUSE)["toxic"]
    server.override = lambda asked: ServerAnswer(
        {"predictions": [{"0": pairs(scores_of(text))[0]} for text in asked.body["inputs"]]}
    )
    with pytest.raises(ModelNotUsable, match="only the best label of each text"):
        opened("mlflow").load()


def test_logits_where_scores_are_declared_are_refused(server: RemoteServer, opened: Open) -> None:
    def answer(asked: ReceivedRequest) -> ServerAnswer:
        data = [list(logits_of(text).values()) for text in asked.body["inputs"][0]["data"]]
        output = {"name": "logits", "datatype": "FP32", "shape": [len(data), 5], "data": data}
        return ServerAnswer({"outputs": [output]})

    server.override = answer
    with pytest.raises(ModelNotUsable, match=r"outside 0\.\.1, so logits"):
        opened("oip").load()
    assert toxicity(opened("oip", logits=True)) == pytest.approx(scores_of(ABUSE)["toxic"])


@pytest.mark.parametrize(
    "predictions",
    [
        lambda texts: [pairs(scores_of(text))[0] for text in texts],
        lambda texts: [pairs(scores_of(text))[:1] for text in texts],
        lambda texts: ["toxic" for _ in texts],
        lambda texts: [0.9 for _ in texts],
    ],
    ids=["label and score", "list of one", "label", "score"],
)
def test_top_1_of_mlflow_is_refused(
    server: RemoteServer, opened: Open, predictions: Callable[[list[str]], list[Any]]
) -> None:
    server.override = lambda asked: ServerAnswer({"predictions": predictions(asked.body["inputs"])})
    with pytest.raises(ModelNotUsable, match="only the best label of each text"):
        opened("mlflow").load()


@pytest.mark.parametrize(
    ("datatype", "data"),
    [
        ("INT64", [0, 1, 0, 1]),
        ("BYTES", ["toxic", *["none"] * 3]),
        ("FP32", [0.0, 1.0, 0.0, 1.0]),
    ],
)
def test_argmax_of_kserve_is_refused(
    server: RemoteServer, opened: Open, datatype: str, data: list[Any]
) -> None:
    output = {"name": "output-0", "datatype": datatype, "shape": [4], "data": data}
    server.override = lambda _asked: ServerAnswer({"model_name": "toxic", "outputs": [output]})
    with pytest.raises(ModelNotUsable, match="only the number of the best class"):
        opened("oip").load()


@pytest.mark.parametrize("as_text", [True, False])
def test_probabilities_of_kserve_by_number_are_named(
    server: RemoteServer, opened: Open, as_text: bool
) -> None:
    def answer(asked: ReceivedRequest) -> ServerAnswer:
        found = [
            {str(place): score for place, score in enumerate(scores_of(text).values())}
            for text in asked.body["inputs"][0]["data"]
        ]
        data = [str(row).replace("'", '"') for row in found] if as_text else found
        return ServerAnswer({"outputs": [{"name": "o", "datatype": "BYTES", "data": data}]})

    server.override = answer
    assert toxicity(opened("oip")) == scores_of(ABUSE)["toxic"]


def test_vllm_with_another_number_of_classes_is_refused(server: RemoteServer, opened: Open) -> None:
    with pytest.raises(ModelNotUsable, match="gave 5 scores a text; label_order names 2"):
        opened("vllm", labels={"toxicity": "toxic"}, label_order=["toxic", "obscene"]).load()


@pytest.mark.parametrize("wrap", [True, False])
def test_router_of_hugging_face_may_wrap_its_list_or_not(
    server: RemoteServer, opened: Open, wrap: bool
) -> None:
    def answer(asked: ReceivedRequest) -> ServerAnswer:
        found = pairs(scores_of(asked.body["inputs"]))
        return ServerAnswer([found] if wrap else found)

    server.override = answer
    assert toxicity(opened("hf_router")) == scores_of(ABUSE)["toxic"]


def test_endpoint_that_starts_is_waited_for_and_its_time_is_bounded(
    server: RemoteServer, tmp_path: Path
) -> None:
    """Scaled to zero: the proxy answers 503 with no word of JSON."""
    slept: list[float] = []
    server.override = lambda _asked: (
        ServerAnswer(b"Service Unavailable", 503) if len(slept) < 5 else None
    )
    config = config_of(tmp_path, server.url, "hf_endpoint", loading_s=60, scale_up_s=30)
    backend = open_remote(config, sleep=slept.append)
    assert toxicity(backend) == scores_of(ABUSE)["toxic"]
    assert len(slept) == 5
    assert server.asked[0].headers["x-scale-up-timeout"] == "30"
    backend.close()


def test_a_text_beyond_the_limit_of_the_service_is_sent_in_windows(
    server: RemoteServer, opened: Open
) -> None:
    backend = opened("perspective")
    backend.load()
    server.asked.clear()
    long, fine, fits = backend.score(["ü" * 10_241 + f" {ABUSE}", "fine", "x" * 20_480]).results
    assert long.scores[Label.TOXICITY] == scores_of(ABUSE)["toxic"]
    assert long.passages[Label.TOXICITY].end == 10_241 + 1 + len(ABUSE)
    assert not fine.passages
    assert not fits.passages
    assert (long.error, long.unread_chars) == (None, 0)
    assert len(server.asked) == 4
    sent = [asked.body["comment"]["text"] for asked in server.asked]
    assert all(len(text.encode()) <= 20_480 for text in sent)


def sent_to_vllm(server: RemoteServer) -> list[str]:
    return [text for asked in server.asked for text in asked.body["input"]]


def test_a_declared_limit_in_tokens_makes_windows(server: RemoteServer, opened: Open) -> None:
    backend = opened("vllm", max_tokens=40)
    backend.load()
    server.asked.clear()
    (result,) = backend.score(["fine " * 200 + ABUSE + " fine" * 200]).results
    assert result.scores[Label.TOXICITY] == scores_of(ABUSE)["toxic"]
    assert result.passages[Label.TOXICITY].start <= 1_000 < result.passages[Label.TOXICITY].end
    assert len(sent_to_vllm(server)) > 2_000 // 120
    assert max(map(len, sent_to_vllm(server))) <= 120


def test_no_more_is_sent_than_the_site_reads_and_the_rest_is_told(
    server: RemoteServer, tmp_path: Path
) -> None:
    config = config_of(tmp_path, server.url, "vllm", max_tokens=40)
    backend = open_remote(config, read_chars=1_000)
    backend.load()
    server.asked.clear()
    (result,) = backend.score(["fine " * 100_000]).results
    assert result.unread_chars == pytest.approx(499_000, abs=120)
    assert len(sent_to_vllm(server)) <= backend.info.max_windows
    backend.close()


def test_without_a_known_limit_the_whole_text_is_sent(server: RemoteServer, opened: Open) -> None:
    backend = opened("vllm")
    backend.load()
    server.asked.clear()
    (result,) = backend.score(["fine " * 20_000]).results
    assert sent_to_vllm(server) == ["fine " * 20_000]
    assert (result.unread_chars, backend.info.max_tokens) == (0, 0)


def test_tei_tells_its_limit(server: RemoteServer, opened: Open) -> None:
    backend = opened("tei")
    backend.load()
    assert backend.info.max_tokens == 512
    smaller = opened("tei", max_tokens=100)
    smaller.load()
    assert smaller.info.max_tokens == 100
