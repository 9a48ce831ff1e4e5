"""Hugging Face classifiers: labels, activation, and reasons for refusing one."""

from pathlib import Path

import pytest

from core.errors import ConfigError, ModelNotUsable
from core.inference.base import Activation, Backend
from core.inference.local.choice import LocalChoice, choose_local
from core.moderation.scores import Label

torch = pytest.importorskip("torch", reason="the tiny models are made with torch, in [test]")
pytest.importorskip("transformers", reason="the tiny models need transformers, in [test]")

from tests.contract.local_models import make_hub_folder  # noqa: E402  # after the look for torch

pytestmark = pytest.mark.training

SINGLE, MULTI = "single_label_classification", "multi_label_classification"
TEXTS = ["you idiot", "hello there friend", "a nice day"]


def backend_of(folder: Path, **choice: str) -> Backend:
    return choose_local(LocalChoice(backend="transformers", model=str(folder), **choice))  # type: ignore[arg-type]


def logits_of(folder: Path, text: str) -> "torch.Tensor":
    """The logits that transformers computes."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    encoded = AutoTokenizer.from_pretrained(folder)(text, return_tensors="pt")
    network = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    with torch.inference_mode():
        return network(encoded["input_ids"], encoded["attention_mask"]).logits[0]


def test_two_labels_that_exclude_each_other(tmp_path: Path) -> None:
    """The form of martin-ha/toxic-comment-model."""
    folder = make_hub_folder(tmp_path / "m", ["non-toxic", "toxic"], SINGLE)
    backend = backend_of(folder)
    assert backend.info.labels == (Label.TOXICITY,)
    assert backend.info.activation is Activation.SOFTMAX
    assert backend.info.notice is None, "non-toxic says nothing that toxic does not"
    for text, result in zip(TEXTS, backend.score(TEXTS).results, strict=True):
        expected = torch.softmax(logits_of(folder, text), 0)[1].item()
        assert dict(result.scores) == {Label.TOXICITY: pytest.approx(expected, abs=1e-4)}
        assert not result.other_scores


def test_several_labels_that_may_hold_together(tmp_path: Path) -> None:
    names = ["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"]
    folder = make_hub_folder(tmp_path / "m", names, MULTI)
    backend = backend_of(folder)
    assert backend.info.labels == tuple(Label)
    for text, result in zip(TEXTS, backend.score(TEXTS).results, strict=True):
        expected = torch.sigmoid(logits_of(folder, text)).tolist()
        assert list(result.scores.values()) == pytest.approx(expected, abs=1e-4)


def test_declared_labels_and_what_has_none_is_shown(tmp_path: Path) -> None:
    folder = make_hub_folder(tmp_path / "m", ["Hate", "sexual", "rude words"], MULTI)
    backend = backend_of(folder, labels="hate=identity_attack, rude words=insult")
    assert backend.info.labels == (Label.IDENTITY_ATTACK, Label.INSULT)
    assert "sexual" in (backend.info.notice or "")
    result = backend.score(TEXTS[:1]).results[0]
    expected = torch.sigmoid(logits_of(folder, TEXTS[0])).tolist()
    assert result.scores[Label.INSULT] == pytest.approx(expected[2], abs=1e-4)
    assert result.other_scores == {"sexual": pytest.approx(expected[1], abs=1e-4)}


def test_a_declared_activation_goes_first(tmp_path: Path) -> None:
    folder = make_hub_folder(tmp_path / "m", ["toxic", "neutral"], SINGLE)
    backend = backend_of(folder, activation="sigmoid")
    assert backend.info.activation is Activation.SIGMOID
    expected = torch.sigmoid(logits_of(folder, TEXTS[0]))[0].item()
    found = backend.score(TEXTS[:1]).results[0].scores
    assert found[Label.TOXICITY] == pytest.approx(expected, abs=1e-4)


def test_outputs_that_are_no_scores_fail_text_by_text(tmp_path: Path) -> None:
    folder = make_hub_folder(tmp_path / "m", ["toxic", "insult"], MULTI)
    results = backend_of(folder, activation="none").score(TEXTS).results
    logits = [logits_of(folder, text) for text in TEXTS]
    is_bad = [bool(((each < 0) | (each > 1)).any()) for each in logits]
    assert any(is_bad)
    assert [result.error is not None for result in results] == is_bad


def test_without_a_kind_the_activation_must_be_declared(tmp_path: Path) -> None:
    folder = make_hub_folder(tmp_path / "m", ["toxic", "neutral"], None)
    with pytest.raises(ConfigError, match="set MODCONSOLE_ACTIVATION to softmax"):
        _ = backend_of(folder).info
    assert backend_of(folder, activation="softmax").health() is None


def test_unknown_labels_are_refused(tmp_path: Path) -> None:
    folder = make_hub_folder(tmp_path / "m", ["LABEL_0", "LABEL_1"], SINGLE)
    with pytest.raises(ModelNotUsable, match="declare what they mean"):
        _ = backend_of(folder).info


def test_the_version_follows_the_weights(tmp_path: Path) -> None:
    folder = make_hub_folder(tmp_path / "m", ["toxic", "neutral"], SINGLE)
    before = backend_of(folder).info.model_version
    assert before.startswith("m@")
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-4] + b"\x00\x00\x80\x3f")
    assert backend_of(folder).info.model_version != before


def test_a_network_without_padding_token_scores_text_by_text(tmp_path: Path) -> None:
    import json

    folder = make_hub_folder(tmp_path / "m", ["toxic", "neutral"], SINGLE)
    path = folder / "tokenizer_config.json"
    content = json.loads(path.read_text())
    expected = backend_of(folder).score(TEXTS).results
    path.write_text(json.dumps({k: v for k, v in content.items() if k != "pad_token"}))
    for one, other in zip(expected, backend_of(folder).score(TEXTS).results, strict=True):
        assert dict(other.scores) == pytest.approx(dict(one.scores), abs=1e-4)


def test_a_model_that_is_nowhere_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub.constants

    # Nothing listens there: the hub as it looks from a machine without a network.
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    # It tries again for most of a minute.
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda _seconds: None)
    with pytest.raises(ModelNotUsable, match="not in the local Hugging Face cache"):
        choose_local(LocalChoice(backend="transformers", model="nobody/nothing")).load()


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelNotUsable):
        backend_of(tmp_path).load()


def test_broken_weights_are_refused(tmp_path: Path) -> None:
    folder = make_hub_folder(tmp_path / "m", ["toxic", "neutral"], SINGLE)
    (folder / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelNotUsable):
        backend_of(folder).load()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch.compile imports what warns
def test_a_compiled_network_gives_the_same_scores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_hub_folder(tmp_path / "m", ["toxic", "neutral"], SINGLE)
    expected = backend_of(folder).score(TEXTS).results
    widths: list[int] = []
    compile_network = torch.compile

    def trace_only(network: object, *, dynamic: bool) -> object:
        # The C++ it would write takes half a minute to compile and is torch's to test.
        assert dynamic
        compiled = compile_network(network, dynamic=dynamic, backend="eager")

        def called(**inputs: torch.Tensor) -> object:
            widths.append(inputs["input_ids"].shape[1])
            return compiled(**inputs)

        return called

    monkeypatch.setattr(torch, "compile", trace_only)
    choice = LocalChoice(backend="transformers", model=str(folder), is_compiled=True)
    backend = choose_local(choice)
    backend.load()
    assert len(set(widths)) == 2, "it is compiled for changing shapes before the first call"
    for one, other in zip(expected, backend.score(TEXTS).results, strict=True):
        assert dict(other.scores) == pytest.approx(dict(one.scores), abs=1e-4)
    assert len(widths) > 2
