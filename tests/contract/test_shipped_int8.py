"""The shipped model in int8 decides as it does in fp32, on older processors too."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.inference.local.choice import LocalChoice, choose_local
from core.moderation.cleaning import clean_text
from core.moderation.comments import IncomingComment
from core.moderation.decisions import judge
from core.moderation.default_policy import default_policy
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.sources.bundled import sample_source
from core.training.evaluation.probes import ABUSIVE, BENIGN


def sample_texts() -> list[str]:
    sample = [item for item in sample_source().read() if isinstance(item, IncomingComment)]
    return sorted((clean_text(item.text) for item in sample), key=len)[:20]


SENTENCES = [*BENIGN, *ABUSIVE, *sample_texts()]
# An emulated processor needs three seconds for a sentence in fp32.
FEW = SENTENCES[::4]


def decide(choice: LocalChoice, texts: list[str]) -> list[Action]:
    policy = default_policy(datetime(2026, 1, 1, tzinfo=UTC))
    results = choose_local(choice).score(texts).results
    return [judge(result.scores, policy).action for result in results]


@pytest.fixture(scope="module")
def few_in_fp32() -> list[Action]:
    return decide(LocalChoice("onnx", "fp32"), FEW)


@pytest.mark.rounding
@pytest.mark.parametrize("runtime", ["openvino", "onnx"])
def test_few_are_decided_as_in_fp32(runtime: str, few_in_fp32: list[Action]) -> None:
    """By force too, where sums are cut at 16 bits and `auto` would take fp32."""
    rounded = decide(LocalChoice(runtime, "int8"), FEW)
    assert len(set(few_in_fp32)) > 1
    pairs = [{one, other} for one, other in zip(few_in_fp32, rounded, strict=True)]
    assert sum(len(each) > 1 for each in pairs) <= 1
    assert {Action.APPROVE, Action.REMOVE} not in pairs


@pytest.mark.parametrize("runtime", ["openvino", "onnx"])
def test_many_are_decided_as_in_fp32(runtime: str) -> None:
    exact = decide(LocalChoice("onnx", "fp32"), SENTENCES)
    rounded = decide(LocalChoice(runtime, "int8"), SENTENCES)
    pairs = [{one, other} for one, other in zip(exact, rounded, strict=True)]
    assert sum(len(each) > 1 for each in pairs) <= len(pairs) // 40
    assert {Action.APPROVE, Action.REMOVE} not in pairs


@pytest.mark.rounding
def test_what_auto_takes_tells_abuse_from_a_plain_sentence(cpu_info: Path) -> None:
    backend = choose_local(LocalChoice(), cpu_info=cpu_info)
    abusive, plain = (backend.score([text]).results[0] for text in ("You idiot.", BENIGN[0]))
    assert abusive.scores[Label.TOXICITY] > plain.scores[Label.TOXICITY] + 0.3
