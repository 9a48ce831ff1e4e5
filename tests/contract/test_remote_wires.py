"""What each wire protocol sends and reads: shapes, defaults, and the traps of real servers."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import BackendError, ModelNotUsable
from core.inference.base import Activation, ErrorKind
from core.inference.remote.backend import RemoteBackend
from core.inference.remote.kinds import KINDS
from core.inference.remote.perspective import Perspective
from core.moderation.scores import Label
from tests.contract.remote_configs import LABELS, config_of, open_remote
from tests.contract.remote_server import (
    Asked,
    RemoteServer,
    Told,
    logits_of,
    pairs,
    scores_of,
    softmax_of,
)

ABUSE = "You idiot"
Open = Callable[..., RemoteBackend]


@pytest.fixture(scope="module")
def running() -> Iterator[RemoteServer]:
    with RemoteServer() as server:
        yield server


@pytest.fixture
def server(running: RemoteServer, monkeypatch: pytest.MonkeyPatch) -> RemoteServer:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running.asked.clear()
    running.override = lambda _asked: None
    return running


@pytest.fixture
def opened(server: RemoteServer, tmp_path: Path) -> Iterator[Open]:
    made: list[RemoteBackend] = []

    def make(kind: str, **more: Any) -> RemoteBackend:
        made.append(open_remote(config_of(tmp_path, server.url, kind, **more)))
        return made[-1]

    yield make
    for backend in made:
        backend.close()


def toxicity(backend: RemoteBackend, text: str = ABUSE) -> float:
    return backend.score([text]).results[0].scores[Label.TOXICITY]


# What is sent


def test_texts_of_tei_are_lists_of_one_for_two_strings_would_be_a_pair(
    server: RemoteServer, opened: Open
) -> None:
    opened("tei").score(["a", "b"])
    assert server.asked[-1].body == {
        "inputs": [["a"], ["b"]], "raw_scores": True, "truncate": True,
    }  # fmt: skip


def test_texts_of_openai_are_strings_and_the_model_is_named(
    server: RemoteServer, opened: Open
) -> None:
    opened("openai").score(["a", "b"])
    assert server.asked[-1].body == {"model": "omni-moderation-latest", "input": ["a", "b"]}
    assert server.asked[-1].path == "/openai/v1/moderations"


def test_texts_of_oip_are_one_tensor_of_bytes(server: RemoteServer, opened: Open) -> None:
    opened("oip", input_name="text").score(["a", "b"])
    assert server.asked[-1].path == "/oip/v2/models/toxic/infer"
    tensor = {"name": "text", "shape": [2], "datatype": "BYTES", "data": ["a", "b"]}
    assert server.asked[-1].body == {"inputs": [tensor]}


@pytest.mark.parametrize("form", ["inputs", "instances", "dataframe_split", "dataframe_records"])
def test_every_form_of_mlflow_comes_to_the_same(opened: Open, form: str) -> None:
    assert toxicity(opened("mlflow", form=form)) == scores_of(ABUSE)["toxic"]


def test_perspective_asks_for_all_attributes_without_a_threshold(
    server: RemoteServer, opened: Open
) -> None:
    opened("perspective", languages=["en", "de"]).score(["a"])
    body = server.asked[-1].body
    assert body["comment"] == {"text": "a"}
    assert body["languages"] == ["en", "de"]
    assert body["doNotStore"] is True
    attributes = {"TOXICITY", "PROFANITY", "THREAT", "INSULT", "IDENTITY_ATTACK"}
    assert body["requestedAttributes"] == {name: {} for name in attributes}


def test_long_batches_are_cut_to_what_the_server_takes(server: RemoteServer, opened: Open) -> None:
    backend = opened("tei")
    backend.load()
    server.asked.clear()
    batch = backend.score([f"text {n}" for n in range(70)])
    assert sorted(len(asked.body["inputs"]) for asked in server.asked) == [6, 32, 32]
    assert batch.call.attempts == 3
    assert batch.call.tokens == 36


def test_every_request_has_an_id_and_a_trace(server: RemoteServer, opened: Open) -> None:
    call = opened("vllm").score(["a"]).call
    headers = server.asked[-1].headers
    version, trace, span, flags = headers["traceparent"].split("-")
    assert (version, len(trace), len(span), flags) == ("00", 32, 16, "01")
    assert call.request_id == headers["x-request-id"]
    assert len({asked.headers["x-request-id"] for asked in server.asked}) == len(server.asked)


# What is told


def test_tei_tells_phases_and_the_revision(opened: Open) -> None:
    backend = opened("tei")
    batch = backend.score(["a", "b"])
    call = batch.call
    assert (call.tokenize_ms, call.queue_ms, call.compute_ms, call.server_ms) == (1, 2, 5, 9)
    assert call.tokens == 12
    assert call.network_ms is not None
    assert 0 <= call.network_ms < call.total_ms
    assert backend.info.model_version == "unitary/toxic-bert@4d6c22e74ba2"
    assert batch.results[0].model_version == "unitary/toxic-bert@4d6c22e74ba2"


def test_openai_tells_the_dated_model_its_time_and_its_id(opened: Open) -> None:
    backend = opened("openai")
    batch = backend.score(["a"])
    assert batch.call.model_revision == "omni-moderation-2024-09-26"
    assert (batch.call.server_ms, batch.call.request_id) == (7, "req_1")
    assert batch.results[0].model_version == "omni-moderation-latest@omni-moderation-2024-09-26"


def test_server_that_does_not_tell_is_used_all_the_same(server: RemoteServer, opened: Open) -> None:
    server.override = lambda asked: Told(b"", 404) if asked.path == "/tei/info" else None
    backend = opened("tei")
    backend.load()
    assert backend.info.model_version == "unitary/toxic-bert"


# Labels


def test_scores_without_a_label_of_ours_are_kept_beside(opened: Open) -> None:
    backend = opened("tei", labels={"toxicity": "toxic", "insult": ["insult", "obscene"]})
    result = backend.score(["damn"]).results[0]
    assert result.scores == pytest.approx({Label.TOXICITY: 0.55, Label.INSULT: 0.6})
    assert set(result.other_scores) == {"threat", "identity_hate"}


def test_category_that_is_null_was_not_assessed(opened: Open) -> None:
    others = opened("openai").score(["a"]).results[0].other_scores
    assert set(others) == {"self-harm", "harassment/threatening"}


def test_defaults_of_openai_take_the_highest_of_their_kin(opened: Open) -> None:
    backend = opened("openai", labels=None)
    assert backend.info.labels == (
        Label.TOXICITY, Label.THREAT, Label.INSULT, Label.IDENTITY_ATTACK,
    )  # fmt: skip
    scores = backend.score(["vermin"]).results[0].scores
    assert scores[Label.IDENTITY_ATTACK] == scores_of("vermin")["identity_hate"]
    assert scores[Label.TOXICITY] == max(scores_of("vermin").values())


def test_declared_label_that_is_missing_is_refused_for_nothing_would_be_held(
    server: RemoteServer, opened: Open
) -> None:
    with pytest.raises(ModelNotUsable, match="gave no score for its label 'very_toxic'"):
        opened("tei", labels={"toxicity": "very_toxic"}).load()


# Traps


def test_softmax_where_a_sigmoid_is_declared_is_refused(server: RemoteServer, opened: Open) -> None:
    server.override = lambda asked: Told(
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


def test_infinity_is_taken_at_its_word_for_it_gives_scores_when_asked_for_logits(
    server: RemoteServer, opened: Open
) -> None:
    assert toxicity(opened("infinity")) == scores_of(ABUSE)["toxic"]
    with pytest.raises(ModelNotUsable, match=r"was to give logits, .* from 0 to 1 only"):
        opened("infinity", raw_scores=True).load()
    server.override = lambda asked: Told(
        {"data": [pairs(logits_of(text)) for text in asked.body["input"]], "usage": {}}
    )
    logits = opened("infinity", raw_scores=True)
    logits.load()
    assert toxicity(logits) == pytest.approx(scores_of(ABUSE)["toxic"])


def test_mlflow_numbers_the_labels_of_a_pipeline_that_gives_all(
    server: RemoteServer, opened: Open
) -> None:
    """What its scoring server makes of `model_config={"top_k": None}`: a frame of a column each."""

    def answer(asked: Asked) -> Told:
        rows = [pairs(scores_of(text)) for text in asked.body["inputs"]]
        return Told({"predictions": [{str(n): p for n, p in enumerate(row)} for row in rows]})

    server.override = answer
    assert toxicity(opened("mlflow")) == scores_of(ABUSE)["toxic"]
    server.override = lambda asked: Told(
        {"predictions": [{"0": pairs(scores_of(text))[0]} for text in asked.body["inputs"]]}
    )
    with pytest.raises(ModelNotUsable, match="only the best label of each text"):
        opened("mlflow").load()


def test_logits_where_scores_are_declared_are_refused(server: RemoteServer, opened: Open) -> None:
    def answer(asked: Asked) -> Told:
        data = [list(logits_of(text).values()) for text in asked.body["inputs"][0]["data"]]
        output = {"name": "logits", "datatype": "FP32", "shape": [len(data), 5], "data": data}
        return Told({"outputs": [output]})

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
    server.override = lambda asked: Told({"predictions": predictions(asked.body["inputs"])})
    with pytest.raises(ModelNotUsable, match="only the best label of each text"):
        opened("mlflow").load()


@pytest.mark.parametrize(
    ("datatype", "data"),
    [("INT64", [0, 1, 0]), ("BYTES", ["toxic", "none", "none"]), ("FP32", [0.0, 1.0, 0.0])],
)
def test_argmax_of_kserve_is_refused(
    server: RemoteServer, opened: Open, datatype: str, data: list[Any]
) -> None:
    output = {"name": "output-0", "datatype": datatype, "shape": [3], "data": data}
    server.override = lambda _asked: Told({"model_name": "toxic", "outputs": [output]})
    with pytest.raises(ModelNotUsable, match="only the number of the best class"):
        opened("oip").load()


@pytest.mark.parametrize("as_text", [True, False])
def test_probabilities_of_kserve_by_number_are_named(
    server: RemoteServer, opened: Open, as_text: bool
) -> None:
    def answer(asked: Asked) -> Told:
        found = [
            {str(place): score for place, score in enumerate(scores_of(text).values())}
            for text in asked.body["inputs"][0]["data"]
        ]
        data = [str(row).replace("'", '"') for row in found] if as_text else found
        return Told({"outputs": [{"name": "o", "datatype": "BYTES", "data": data}]})

    server.override = answer
    assert toxicity(opened("oip")) == scores_of(ABUSE)["toxic"]


def test_vllm_with_another_number_of_classes_is_refused(server: RemoteServer, opened: Open) -> None:
    with pytest.raises(ModelNotUsable, match="gave 5 scores a text; label_order names 2"):
        opened("vllm", labels={"toxicity": "toxic"}, label_order=["toxic", "obscene"]).load()


@pytest.mark.parametrize("wrap", [True, False])
def test_router_of_hugging_face_may_wrap_its_list_or_not(
    server: RemoteServer, opened: Open, wrap: bool
) -> None:
    def answer(asked: Asked) -> Told:
        found = pairs(scores_of(asked.body["inputs"]))
        return Told([found] if wrap else found)

    server.override = answer
    assert toxicity(opened("hf_router")) == scores_of(ABUSE)["toxic"]


def test_endpoint_that_starts_is_waited_for_and_its_time_is_bounded(
    server: RemoteServer, tmp_path: Path
) -> None:
    """Scaled to zero: the proxy answers 503 with no word of JSON."""
    slept: list[float] = []
    server.override = lambda _asked: Told(b"Service Unavailable", 503) if len(slept) < 5 else None
    config = config_of(tmp_path, server.url, "hf_endpoint", loading_s=60, scale_up_s=30)
    backend = open_remote(config, sleep=slept.append)
    assert toxicity(backend) == scores_of(ABUSE)["toxic"]
    assert len(slept) == 5
    assert server.asked[0].headers["x-scale-up-timeout"] == "30"
    backend.close()


@pytest.mark.parametrize(
    ("tokens", "score"),
    [
        ([[("\n\n", 1.0)], [("unsafe", 0.9), ("safe", 0.05)]], 0.9 / 0.95),
        ([[("un", 0.2), ("safe", 0.8)]], 0.2),
        ([[(" Safe", 0.7), ("UNSAFE", 0.1), ("The", 0.2)]], 0.125),
    ],
)
def test_guard_scores_its_first_word(
    server: RemoteServer, opened: Open, tokens: list[list[tuple[str, float]]], score: float
) -> None:
    server.override = lambda _asked: guard_answer(tokens)
    assert toxicity(opened("guard")) == pytest.approx(score)


@pytest.mark.parametrize(
    ("tokens", "words"),
    [([], "no log-probabilities"), ([[("I", 1.0)]], "neither its safe nor its unsafe word")],
)
def test_guard_that_says_something_else_is_refused(
    server: RemoteServer, opened: Open, tokens: list[list[tuple[str, float]]], words: str
) -> None:
    server.override = lambda _asked: guard_answer(tokens)
    with pytest.raises(ModelNotUsable, match=words):
        opened("guard").load()


def test_categories_of_a_guard_have_its_score_where_they_are_named(opened: Open) -> None:
    labels = {"toxicity": "unsafe", "identity_attack": "S10", "threat": ["S1", "S9"]}
    backend = opened("guard", labels=labels | {"insult": "S99"})
    scores = backend.score([ABUSE]).results[0].scores
    assert scores == pytest.approx(
        {Label.TOXICITY: 0.92, Label.THREAT: 0.92, Label.INSULT: 0.0, Label.IDENTITY_ATTACK: 0.92}
    )
    assert max(backend.score(["fine"]).results[0].scores.values()) == pytest.approx(0.02)


def test_guard_of_other_words_and_a_policy_of_its_own(server: RemoteServer, opened: Open) -> None:
    server.override = lambda _asked: guard_answer([[("Yes", 0.3), ("No", 0.1)]])
    backend = opened("guard", safe_word="No", unsafe_word="Yes", prompt="Is it rude?")
    assert toxicity(backend) == pytest.approx(0.75)
    assert server.asked[-1].body["messages"][0] == {"role": "system", "content": "Is it rude?"}


def guard_answer(tokens: list[list[tuple[str, float]]]) -> Told:
    content = [
        {
            "token": place[0][0],
            "top_logprobs": [
                {"token": token, "logprob": math.log(chance)} for token, chance in place
            ],
        }
        for place in tokens
    ]
    choice = {"message": {"content": "safe"}, "logprobs": {"content": content}}
    return Told({"choices": [choice]})


def test_text_beyond_the_limit_of_the_service_fails_alone_and_is_not_sent(
    server: RemoteServer, opened: Open
) -> None:
    backend = opened("perspective")
    backend.load()
    server.asked.clear()
    results = backend.score(["ü" * 10_241, "fine", "x" * 20_480]).results
    assert [result.error_kind for result in results] == [ErrorKind.BAD_INPUT, None, None]
    assert "over 20480 bytes" in (results[0].error or "")
    assert len(server.asked) == 2


# Any JSON


def test_generic_with_one_text_a_call(server: RemoteServer, opened: Open) -> None:
    server.override = lambda asked: Told(
        {"output": {"scores": list(scores_of(asked.body["q"]).values())}}
    )
    backend = opened(
        "json",
        request={"q": "{text}", "opts": {"n": 5}},
        results="output",
        scores="scores",
        label_order=list(LABELS.values()),
    )
    batch = backend.score(["fine", ABUSE])
    assert [r.scores[Label.TOXICITY] for r in batch.results] == pytest.approx([0.02, 0.92])
    assert server.asked[-1].body["opts"] == {"n": 5}


def test_modal_is_followed_to_its_result_on_the_same_place_only(
    server: RemoteServer, opened: Open
) -> None:
    """A long call is answered 303 to where its result will be."""

    def answer(asked: Asked) -> Told | None:
        if asked.path == "/json":
            server.texts = asked.body["payload"]["comments"]  # type: ignore[attr-defined]
            return Told(b"", 303, {"Location": "/json/result?id=1"})
        results = [{"found": scores_of(text)} for text in server.texts]  # type: ignore[attr-defined]
        return Told({"data": {"results": results}})

    server.override = answer
    assert toxicity(opened("json", follows_303=True)) == pytest.approx(0.92)
    server.override = lambda _asked: Told(b"", 303, {"Location": "http://localhost:1/json"})
    with pytest.raises(BackendError, match="redirects to another place") as caught:
        opened("json", follows_303=True).score(["a"])
    assert caught.value.kind == ErrorKind.REDIRECT


def test_redirects_without_end_come_to_one(server: RemoteServer, opened: Open) -> None:
    server.override = lambda _asked: Told(b"", 303, {"Location": "/json"})
    with pytest.raises(BackendError, match="redirects without end"):
        opened("json", follows_303=True).score(["a"])


def test_perspective_says_that_it_ends(opened: Open) -> None:
    assert "31 December 2026" in (opened("perspective").info.notice or "")
    assert [kind for kind, wire in KINDS.items() if wire.notice] == ["perspective"]
    assert Perspective.max_bytes == 20_480
