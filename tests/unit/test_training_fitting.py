"""Fitting: two learning-rate cycles, and the same weights for the same seed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from core.training.data.datasets import MODEL_LABELS, Example
from core.training.fitting.cycles import cycles, refining_cycle
from core.training.settings import Refining, TrainSettings

torch = pytest.importorskip("torch", reason="training needs the [train] extra")
transformers = pytest.importorskip("transformers", reason="training needs the [train] extra")

from core.training.fitting.logits import network_logits  # noqa: E402
from core.training.fitting.loop import fit, refine  # noqa: E402
from core.training.fitting.network import Classifier  # noqa: E402
from core.training.fitting.refining import RefiningRows  # noqa: E402

pytestmark = pytest.mark.training

IDS = [[1, 3 + row % 5, 4 + row % 3, 2][: 3 + row % 2] for row in range(24)]
ROWS = [
    Example(f"row {row}", (float(row % 2), None, None, None, 0.0), (str(row),), "test")
    for row in range(24)
]
Weights = Mapping[str, torch.Tensor]


def tiny() -> Classifier:
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=12,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=8,
        num_labels=len(MODEL_LABELS),
    )
    return Classifier(transformers.BertForSequenceClassification(config))


def fitted(**changes: float) -> Weights:
    network = tiny()
    settings = TrainSettings(batch_rows=4, learning_rate=1e-2, **changes)  # type: ignore[arg-type]
    fit(network, ROWS, IDS, settings, progress=lambda _: None)
    return network.state_dict()


def farthest(one: Weights, other: Weights) -> float:
    return max(float((one[name] - other[name]).abs().max()) for name in one)


def test_the_last_epoch_is_a_cycle_of_its_own() -> None:
    settings = TrainSettings(epochs=3, learning_rate=2e-4, last_learning_rate=1e-4)
    assert [(list(each.epochs), each.peak_rate) for each in cycles(settings)] == [
        ([0, 1], 2e-4),
        ([2], 1e-4),
    ]
    assert [list(each.epochs) for each in cycles(TrainSettings(epochs=1))] == [[0]]


def test_the_same_seed_gives_the_same_weights_and_another_does_not() -> None:
    assert farthest(fitted(epochs=2, seed=5), fitted(epochs=2, seed=5)) == 0.0
    assert farthest(fitted(epochs=2, seed=5), fitted(epochs=2, seed=6)) > 1e-3


def test_the_last_cycle_goes_on_from_where_the_first_one_ended() -> None:
    first = fitted(epochs=1)
    assert farthest(fitted(epochs=2, last_learning_rate=0.0), first) < 1e-6
    network = tiny()
    network.load_state_dict(first)
    alone = TrainSettings(epochs=1, batch_rows=4, learning_rate=1e-3, seed=TrainSettings().seed + 1)
    fit(network, ROWS, IDS, alone, progress=lambda _: None)
    assert farthest(network.state_dict(), first) > 1e-3
    assert farthest(fitted(epochs=2, last_learning_rate=1e-3), network.state_dict()) == 0.0


WHOLE = (1.0,) * len(MODEL_LABELS)
HALF = (0.5, *WHOLE[1:])


def refined(
    share: float,
    rows: Sequence[Example] = ROWS,
    teacher_weight: Sequence[float] = WHOLE,
    times: int = 1,
    rate: float = 1e-2,
) -> Classifier:
    network = tiny()
    planned = Refining(epochs=1, learning_rate=rate, share=share)
    settings = TrainSettings(batch_rows=4, refining=planned)
    chosen = RefiningRows([*rows] * times, [teacher_weight] * len(rows) * times)
    ids = IDS[: len(rows)] * times
    refine(network, chosen, ids, settings, progress=lambda _: None)
    return network


def test_refining_is_a_cycle_after_all_other_epochs() -> None:
    settings = TrainSettings(epochs=3, refining=Refining(epochs=2, learning_rate=2e-4))
    cycle = refining_cycle(settings)
    assert (list(cycle.epochs), cycle.peak_rate) == ([3, 4], 2e-4)


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_refining_goes_a_share_of_the_way(share: float) -> None:
    start = tiny().state_dict()
    found, after = (refined(part).state_dict() for part in (share, 1.0))
    assert farthest(start, after) > 1e-3
    between = {name: start[name].lerp(after[name], share) for name in start}
    assert farthest(found, between) == 0.0


def test_refining_keeps_the_scores_of_unlabelled_cells() -> None:
    before = network_logits(tiny(), IDS, threads=1)
    rows = [replace(row, targets=(1.0, None, None, None, 0.0)) for row in ROWS]
    network = refined(1.0, rows, times=10, rate=2e-2)
    moved = np.abs(network_logits(network, IDS, threads=1) - before).max(axis=0)
    assert moved[[0, 4]].min() > 1.0
    assert moved[[1, 2, 3]].max() < 0.02


@pytest.mark.parametrize(("score", "logit"), [(0.98201, 4.0), (0.0, -6.907)])
def test_what_a_half_trusted_teacher_says_is_learnt_half_way(score: float, logit: float) -> None:
    """The target is the mean of both logits; a score of 0 or 1 counts as 0.001 or 0.999."""
    before = network_logits(tiny(), IDS, threads=1)[:, 0]
    rows = [replace(row, targets=(score, None, None, None, None)) for row in ROWS]
    found = network_logits(refined(1.0, rows, HALF, 40, rate=2e-2), IDS, threads=1)[:, 0]
    assert found == pytest.approx((before + logit) / 2, abs=0.3)


def test_what_a_trusted_teacher_says_is_learnt_whole() -> None:
    rows = [replace(row, targets=(0.98201, None, None, None, None)) for row in ROWS]
    found = network_logits(refined(1.0, rows, WHOLE, 40, rate=2e-2), IDS, threads=1)[:, 0]
    assert found == pytest.approx(np.full(len(IDS), 4.0), abs=0.3)


def test_without_examples_there_is_nothing_to_refine() -> None:
    network = refined(1.0, [])
    assert farthest(tiny().state_dict(), network.state_dict()) == 0.0
