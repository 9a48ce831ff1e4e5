"""What is learned: two cycles, the same weights for the same seed."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification

from core.training.cycles import cycles
from core.training.datasets import MODEL_LABELS, Example
from core.training.fitting import fit, refine
from core.training.logits import network_logits
from core.training.network import Classifier
from core.training.settings import TrainSettings

IDS = [[1, 3 + row % 5, 4 + row % 3, 2][: 3 + row % 2] for row in range(24)]
ROWS = [
    Example(f"row {row}", (float(row % 2), None, None, None, 0.0), (str(row),), "test")
    for row in range(24)
]
Weights = Mapping[str, torch.Tensor]


def tiny() -> Classifier:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=12,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=8,
        num_labels=len(MODEL_LABELS),
    )
    return Classifier(BertForSequenceClassification(config))


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


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_refining_goes_a_share_of_the_way(share: float) -> None:
    networks = [tiny() for _ in range(2)]
    for network, part in zip(networks, (share, 1.0), strict=True):
        settings = TrainSettings(batch_rows=4, refining_rate=1e-2, refined_share=part)
        refine(network, ROWS, IDS, settings, progress=lambda _: None)
    start = tiny().state_dict()
    found, after = (network.state_dict() for network in networks)
    assert farthest(start, after) > 1e-3
    between = {name: start[name].lerp(after[name], share) for name in start}
    assert farthest(found, between) == 0.0


def test_refining_leaves_alone_what_nobody_labelled() -> None:
    network = tiny()
    before = network_logits(network, IDS, threads=1)
    settings = TrainSettings(batch_rows=4, refining_rate=2e-2, refined_share=1.0)
    rows = [replace(row, targets=(1.0, None, None, None, 0.0)) for row in ROWS]
    refine(network, rows * 10, IDS * 10, settings, progress=lambda _: None)
    moved = np.abs(network_logits(network, IDS, threads=1) - before).max(axis=0)
    assert moved[[0, 4]].min() > 1.0
    assert moved[[1, 2, 3]].max() < 0.02


def test_without_examples_there_is_nothing_to_refine() -> None:
    network = tiny()
    refine(network, [], [], TrainSettings(), progress=lambda _: None)
    assert farthest(tiny().state_dict(), network.state_dict()) == 0.0
