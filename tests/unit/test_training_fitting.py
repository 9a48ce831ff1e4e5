"""What is learnt: one fall of the learning rate, the same weights for the same seed, cut or not."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import InvalidInput
from core.inference.pooling import Pooling
from core.training.data.datasets import MODEL_LABELS, Example
from core.training.settings import Precision, TrainSettings

torch = pytest.importorskip("torch", reason="training needs the [train] extra")
transformers = pytest.importorskip("transformers", reason="training needs the [train] extra")

from core.training.fitting.checkpoints import Checkpoints  # noqa: E402
from core.training.fitting.logits import network_logits  # noqa: E402
from core.training.fitting.loop import duration, epoch_seconds, fit  # noqa: E402
from core.training.fitting.network import Classifier, MeanClassifier  # noqa: E402
from core.training.fitting.recipe import recipe_of  # noqa: E402
from core.training.fitting.rows import FitRows  # noqa: E402
from core.training.fitting.schedule import optimiser_for  # noqa: E402

pytestmark = pytest.mark.training

IDS = [[1, 3 + row % 5, 4 + row % 3, 2][: 3 + row % 2] for row in range(24)]
ROWS = [
    Example(f"row {row}", (float(row % 2), None, None, None, 0.0), (str(row),), f"set {row % 3}")
    for row in range(24)
]
SETTINGS = TrainSettings(epochs=2, batch_rows=4, learning_rate=1e-2)
Weights = Mapping[str, torch.Tensor]


def tiny(pooling: Pooling = Pooling.MEAN, sets: int = 0) -> Classifier:
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=12,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=8,
        num_labels=len(MODEL_LABELS),
        initializer_range=0.3,
    )
    if pooling is Pooling.FIRST:
        return Classifier(transformers.BertForSequenceClassification(config), sets=sets)
    encoder = transformers.BertModel(config, add_pooling_layer=False)
    return Classifier(MeanClassifier(encoder), sets=sets)


class CutError(Exception):
    """The run ends here."""


def fitted(
    path: Path,
    settings: TrainSettings = SETTINGS,
    *,
    cut_after: int = 0,
    rows: FitRows | None = None,
) -> Classifier:
    """With `cut_after` the run ends in the epoch after, before its checkpoint is written."""
    network, rows = tiny(settings.pooling), rows or FitRows(ROWS, IDS)
    recipe = recipe_of(network, rows, settings, "cpu")

    def heard(line: str) -> None:
        if cut_after and line.startswith(f"epoch {cut_after} of"):
            checkpoints.path.rename(path / "kept")
            checkpoints.path.mkdir()  # so that the next epoch can't be kept

    checkpoints = Checkpoints(path / "checkpoint.pt", recipe)
    try:
        fit(network, rows, settings, device="cpu", checkpoints=checkpoints, progress=heard)
    except OSError:
        checkpoints.path.rmdir()
        (path / "kept").rename(checkpoints.path)
        raise CutError from None
    return network


def farthest(one: Classifier, other: Classifier) -> float:
    left, right = one.state_dict(), other.state_dict()
    return max(float((left[name] - right[name]).abs().max()) for name in left)


@pytest.mark.parametrize("pooling", list(Pooling))
@pytest.mark.parametrize("precision", list(Precision))
def test_the_same_seed_gives_the_same_weights_and_another_does_not(
    tmp_path: Path, pooling: Pooling, precision: Precision
) -> None:
    folders = [tmp_path / name for name in "abc"]
    for folder in folders:
        folder.mkdir()
    settings = replace(SETTINGS, pooling=pooling, precision=precision)
    one, again = (fitted(folder, settings) for folder in folders[:2])
    assert farthest(one, again) == 0.0
    assert farthest(one, fitted(folders[2], replace(settings, seed=6))) > 1e-3


@pytest.mark.parametrize("after", [1, 2])
def test_a_cut_run_goes_on_from_its_last_epoch_to_the_same_weights(
    tmp_path: Path, after: int
) -> None:
    (tmp_path / "whole").mkdir()
    settings = replace(SETTINGS, epochs=3)
    whole = fitted(tmp_path / "whole", settings)
    with pytest.raises(CutError):
        fitted(tmp_path, settings, cut_after=after)
    torch.manual_seed(99)
    assert farthest(fitted(tmp_path, settings), whole) == 0.0


def test_a_run_that_was_whole_is_not_fitted_again(tmp_path: Path) -> None:
    whole = fitted(tmp_path)
    before = (tmp_path / "checkpoint.pt").stat().st_mtime_ns
    assert farthest(fitted(tmp_path), whole) == 0.0
    assert (tmp_path / "checkpoint.pt").stat().st_mtime_ns == before


def test_a_half_written_checkpoint_is_not_looked_at(tmp_path: Path) -> None:
    whole = fitted(tmp_path)
    (tmp_path / "checkpoint.new").write_bytes(b"half of")
    assert farthest(fitted(tmp_path), whole) == 0.0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"learning_rate": 2e-2}, "learning_rate was 0.01, is 0.02"),
        ({"seed": 3}, "seed was 20261123, is 3"),
        ({"epochs": 4}, "epochs was 2, is 4"),
        ({"pooling": Pooling.FIRST}, "pooling was mean, is first"),
    ],
)
def test_a_checkpoint_of_another_recipe_is_refused(
    tmp_path: Path, changes: Mapping[str, object], said: str
) -> None:
    fitted(tmp_path)
    with pytest.raises(InvalidInput, match=said):
        fitted(tmp_path, replace(SETTINGS, **changes))  # type: ignore[arg-type]


def test_a_checkpoint_of_other_data_is_refused(tmp_path: Path) -> None:
    fitted(tmp_path)
    ids = [*IDS[:-1], [1, 9, 2]]
    others = [
        FitRows(ROWS, ids),
        FitRows([*ROWS[:-1], replace(ROWS[-1], targets=(0.5, None, None, None, 0.0))], IDS),
        FitRows([*ROWS[:-1], replace(ROWS[-1], weight=0.5)], IDS),
    ]
    for rows in others:
        with pytest.raises(InvalidInput, match="is of another run \\(other data\\)") as refused:
            fitted(tmp_path, rows=rows)
        assert "remove it, or write to another folder" in str(refused.value)


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"no checkpoint", b"PK\x03\x04 half a file"):
        (tmp_path / "checkpoint.pt").write_bytes(content)
        with pytest.raises(InvalidInput, match="is no checkpoint of a training run"):
            fitted(tmp_path)
    torch.save({"version": "weights"}, tmp_path / "checkpoint.pt")
    with pytest.raises(InvalidInput, match="is no checkpoint of a training run"):
        fitted(tmp_path)


def test_settings_that_only_measure_are_in_no_recipe() -> None:
    rows = FitRows(ROWS, IDS)
    one, other = (
        recipe_of(tiny(), rows, replace(SETTINGS, score_tokens=tokens, threads=threads), "cpu")
        for tokens, threads in ((64, 1), (512, 4))
    )
    assert one == other


def test_the_learning_rate_rises_and_falls_once_and_the_head_has_its_own() -> None:
    network = tiny()
    settings = TrainSettings(learning_rate=1e-3, head_speed=5.0, warmup=0.1)
    optimiser, schedule = optimiser_for(network, settings, 100)
    rates = []
    for _ in range(100):
        rates.append([group["lr"] for group in optimiser.param_groups])
        optimiser.step()
        schedule.step()
    most = np.max(rates, axis=0)
    assert sorted(set(np.round(most, 9))) == [1e-3, 5e-3]
    assert np.argmax(np.array(rates)[:, 0]) == 9
    assert optimiser.param_groups[0]["lr"] == 0.0
    head = {id(each) for each in network.model.classifier.parameters()}
    fast = [group for group, top in zip(optimiser.param_groups, most, strict=True) if top > 2e-3]
    assert {id(each) for group in fast for each in group["params"]} == head
    assert {
        each.ndim
        for group in optimiser.param_groups
        for each in group["params"]
        if group["weight_decay"]
    } == {2}


def test_an_estimate_changes_neither_network_nor_random_numbers() -> None:
    network, rows = tiny(), FitRows(ROWS, IDS)
    before, state = tiny(), torch.get_rng_state()
    assert epoch_seconds(network, rows, SETTINGS, "cpu") > 0
    assert torch.equal(torch.get_rng_state(), state)
    assert farthest(network, before) == 0.0
    assert all(value.grad is None for value in network.parameters())


@pytest.mark.parametrize(
    ("seconds", "said"), [(20, "20 seconds"), (600, "10 minutes"), (9000, "2.5 hours")]
)
def test_a_duration_is_told_in_the_unit_of_people(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize("pooling", list(Pooling))
def test_padding_changes_no_logit(pooling: Pooling) -> None:
    network = tiny(pooling)
    together = network_logits(network, [[1, 5, 2], [1, 3, 4, 5, 6, 7, 2]], threads=1)
    alone = network_logits(network, [[1, 5, 2]], threads=1)
    assert np.abs(together[0] - alone[0]).max() < 1e-5
    assert np.abs(together[0] - together[1]).max() > 1e-4


def test_the_mean_reads_every_token_alike() -> None:
    from core.training.fitting.network import mean_of_tokens

    hidden = torch.tensor([[[1.0], [3.0], [100.0]], [[2.0], [4.0], [9.0]]])
    mask = torch.tensor([[1, 1, 0], [1, 1, 1]])
    assert mean_of_tokens(hidden, mask).tolist() == [[2.0], [5.0]]


def test_a_bias_of_each_set_is_learnt_and_left_out_when_scoring(tmp_path: Path) -> None:
    network, rows = tiny(sets=3), FitRows(ROWS, IDS)
    settings = replace(SETTINGS, set_biases=True)
    recipe = recipe_of(network, rows, settings, "cpu")
    checkpoints = Checkpoints(tmp_path / "checkpoint.pt", recipe)
    fit(network, rows, settings, device="cpu", checkpoints=checkpoints, progress=lambda _: None)
    assert rows.set_count == 3
    learnt = network.set_biases.weight.detach().clone()
    assert learnt[:, 0].abs().min() > 1e-4
    tokens = torch.tensor([IDS[0]])
    network.eval()
    with torch.inference_mode():
        plain = network(tokens, torch.ones_like(tokens))
        of_set = network(tokens, torch.ones_like(tokens), torch.tensor([1]))
    assert torch.allclose(of_set - plain, learnt[1], atol=1e-6)
    assert np.allclose(network_logits(network, IDS[:1], threads=1), plain.numpy(), atol=1e-6)


def test_cells_without_a_target_teach_nothing() -> None:
    from core.training.fitting.network import masked_loss

    logits = torch.tensor([[0.0, 9.0], [0.0, -9.0]], requires_grad=True)
    known = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    masked_loss(logits, torch.zeros(2, 2), known, torch.tensor([1.0, 3.0])).backward()
    assert logits.grad[:, 1].tolist() == [0.0, 0.0]
    assert float(logits.grad[1, 0]) == pytest.approx(3 * float(logits.grad[0, 0]))
