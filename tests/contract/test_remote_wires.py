"""What each wire protocol sends and receives, and the labels of its scores."""

import pytest

from core.errors import ModelNotUsable
from core.inference.remote.kinds import KINDS
from core.inference.remote.perspective import Perspective
from core.moderation.scores import Label
from tests.contract.conftest import ABUSE, Open, toxicity
from tests.contract.remote_server import RemoteServer, ServerAnswer, scores_of

# What is sent


def test_texts_of_tei_are_lists_of_one_for_two_strings_would_be_a_pair(
    server: RemoteServer, opened: Open
) -> None:
    opened("tei").score(["a", "b"])
    assert server.asked[-1].body == {
        "inputs": [["a"], ["b"]], "raw_scores": True, "truncate": False,
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
    server.override = lambda asked: ServerAnswer(b"", 404) if asked.path == "/tei/info" else None
    backend = opened("tei")
    backend.load()
    assert backend.info.model_version == "unitary/toxic-bert"


def test_perspective_says_that_it_ends(opened: Open) -> None:
    assert "31 December 2026" in (opened("perspective").info.notice or "")
    assert [kind for kind, wire in KINDS.items() if wire.notice] == ["perspective"]
    assert Perspective.max_bytes == 20_480


# Labels


def test_scores_without_a_label_of_ours_are_kept_beside(opened: Open) -> None:
    backend = opened("tei", labels={"toxicity": "toxic", "insult": ["insult", "obscene"]})
    result = backend.score(["damn"]).results[0]
    assert result.scores == pytest.approx({Label.TOXICITY: 0.4, Label.INSULT: 0.6})
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
