"""The diagnosis names each cause, built here on purpose."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from core.inference.fake import LABELS
from core.parity.causes import Cause, Evidence, Finding
from core.parity.diagnosis import diagnose
from core.parity.tables import ScoreTable

Floats = NDArray[np.float64]
ROWS = 200


def logits(seed: int = 1) -> Floats:
    """Logits like those of real comments: mostly clean, some toxic under several labels."""
    chance = np.random.default_rng(seed)
    toxic = chance.random(ROWS) < 0.2
    shared = np.where(toxic, 2.0, -5.0)[:, None]
    return shared + chance.normal(0.0, 1.5, (ROWS, len(LABELS)))


def sigmoid(values: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-values))


def table(
    scores: Floats, *, version: str = "model-1", errors: Sequence[str | None] | None = None
) -> ScoreTable:
    told = tuple(errors) if errors is not None else (None,) * len(scores)
    return ScoreTable("other", version, LABELS, scores, told)


REFERENCE = table(sigmoid(logits()))


def finding(scores: Floats, evidence: Evidence | None = None) -> Finding:
    return diagnose(REFERENCE, table(scores), evidence or Evidence())


def softmax(values: Floats) -> Floats:
    powers: Floats = np.exp(values)
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def only_the_highest(scores: Floats) -> Floats:
    kept = np.full_like(scores, np.nan)
    best = scores.argmax(axis=1)
    kept[np.arange(len(scores)), best] = scores[np.arange(len(scores)), best]
    return kept


FAULTS: dict[Cause, Callable[[], Floats]] = {
    Cause.SAME: lambda: sigmoid(logits() + 0.02),
    Cause.SOFTMAX: lambda: softmax(logits()),
    Cause.LOGITS: logits,
    Cause.TWICE: lambda: sigmoid(sigmoid(logits())),
    Cause.LABEL_ORDER: lambda: sigmoid(logits()[:, [1, 0, 4, 2, 3]]),
    Cause.TOP_ONE: lambda: only_the_highest(sigmoid(logits())),
    Cause.ROUNDING: lambda: np.round(sigmoid(logits()), 2),
    Cause.REVISION: lambda: sigmoid(logits() * 0.5 + 1.0),
    Cause.OTHER_MODEL: lambda: sigmoid(logits(seed=2)),
}


@pytest.mark.parametrize("cause", FAULTS)
def test_fault_is_diagnosed(cause: Cause) -> None:
    found = finding(FAULTS[cause]())
    assert found.cause is cause
    assert found.words.endswith(".")


def test_top_one_with_zeros_for_the_rest_is_top_one() -> None:
    assert finding(np.nan_to_num(only_the_highest(sigmoid(logits())))).cause is Cause.TOP_ONE


def test_int8_noise_on_a_softmax_does_not_hide_it() -> None:
    noise = np.random.default_rng(5).normal(0.0, 0.01, (ROWS, len(LABELS)))
    assert finding(np.clip(softmax(logits()) + noise, 0.0, 1.0)).cause is Cause.SOFTMAX


def test_pairs_are_told_when_texts_alone_are_right() -> None:
    alone = table(sigmoid(logits()))
    batched = sigmoid(np.repeat(logits()[::2], 2, axis=0))
    assert finding(batched, Evidence(alone=alone)).cause is Cause.PAIRS


def test_pairs_are_told_when_every_batch_fails_and_no_text_alone_does() -> None:
    missing = np.full((ROWS, len(LABELS)), np.nan)
    found = diagnose(
        REFERENCE,
        table(missing, errors=["1 results for 2 texts"] * ROWS),
        Evidence(alone=table(sigmoid(logits()))),
    )
    assert found.cause is Cause.PAIRS


def test_truncation_names_the_length() -> None:
    late = np.arange(ROWS) % 2 == 0
    cut = logits()
    cut[late] -= 4.0
    evidence = Evidence(cut={100: table(sigmoid(cut)), 200: table(sigmoid(logits()))})
    found = finding(sigmoid(cut), evidence)
    assert found.cause is Cause.TRUNCATION
    assert "100 words" in found.words


def test_cut_that_leaves_short_comments_apart_explains_nothing() -> None:
    late = np.arange(ROWS) % 2 == 0
    cut = logits()
    cut[late] -= 4.0
    evidence = Evidence(cut={100: table(sigmoid(cut))})
    short_too = np.where(late[:, None], sigmoid(cut), np.minimum(sigmoid(cut) + 0.06, 1.0))
    assert finding(sigmoid(cut), evidence).cause is Cause.TRUNCATION
    assert finding(short_too, evidence).cause is not Cause.TRUNCATION


def test_nothing_answered_says_the_backends_own_words() -> None:
    missing = np.full((ROWS, len(LABELS)), np.nan)
    told = table(missing, errors=["no key was given"] * ROWS)
    found = diagnose(REFERENCE, told, Evidence())
    assert found.cause is Cause.NO_ANSWER
    assert "no key was given" in found.words


def test_no_label_in_common_is_said() -> None:
    other = ScoreTable("other", "m", (), np.empty((ROWS, 0)), (None,) * ROWS)
    found = diagnose(REFERENCE, other, Evidence())
    assert found.cause is Cause.NO_ANSWER
    assert "none of the same labels" in found.words


def test_rows_that_failed_do_not_spoil_the_rest() -> None:
    scores = softmax(logits())
    scores[:20] = np.nan
    assert finding(scores).cause is Cause.SOFTMAX
