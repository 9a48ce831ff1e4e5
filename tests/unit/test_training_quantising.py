"""int8 layers compared with the exact ones, layer by layer."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the [train] extra")
transformers = pytest.importorskip("transformers", reason="training needs the [train] extra")

from torch.nn import Linear  # noqa: E402

from core.inference.pooling import Pooling  # noqa: E402
from core.training.export.quantising import Int8Layer, quantise_layers  # noqa: E402

pytestmark = pytest.mark.training

WIDTH = 48
FEED = "bert.encoder.layer.0.output.dense"


def small_model(loud: float = 1.0) -> object:
    torch.manual_seed(1)
    config = transformers.BertConfig(
        vocab_size=50,
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=96,
        max_position_embeddings=40,
        initializer_range=0.2,
    )
    model = transformers.BertForSequenceClassification(config).eval()
    model.bert.embeddings.LayerNorm.weight.data[3] *= loud
    return model


def rows(count: int, seed: int) -> list[list[int]]:
    chance = np.random.default_rng(seed)
    return [chance.integers(0, 50, size=chance.integers(2, 40)).tolist() for _ in range(count)]


def inputs_of(model: object, name: str, comments: list[list[int]]) -> np.ndarray:
    kept = []
    layer = dict(model.named_modules())[name]
    hook = layer.register_forward_pre_hook(lambda _, given: kept.append(given[0][0].numpy()))
    with torch.inference_mode():
        for ids in comments:
            model(torch.tensor([ids]))
    hook.remove()
    return np.concatenate(kept)


def multiply(layer: Int8Layer, given: np.ndarray) -> np.ndarray:
    """The product as a runtime computes it, in integers."""
    steps = np.rint((given - layer.middle) * layer.factor / layer.scale) + layer.zero
    whole = np.clip(steps, 0, 255).astype(np.int64) - layer.zero
    product = whole @ layer.matrix.astype(np.int64)
    loud = given[:, layer.apart] @ layer.apart_matrix
    return product * layer.scale * layer.matrix_scale + loud + layer.bias


def error_of(layers: dict[str, Int8Layer], model: object, name: str) -> float:
    """Mean squared error on comments not used for calibration, relative to the signal."""
    given = inputs_of(model, name, rows(60, seed=2))
    exact = dict(model.named_modules())[name](torch.from_numpy(given)).detach().numpy()
    return float(np.square(multiply(layers[name], given) - exact).mean() / exact.var())


@pytest.mark.parametrize("loud", [1.0, 60.0])
def test_each_layer_is_near_the_exact_one(loud: float) -> None:
    model = small_model(loud)
    layers = quantise_layers(model, rows(150, seed=1), Pooling.FIRST)
    for name in layers:
        assert error_of(layers, model, name) < 2e-3, name


def test_only_the_last_layers_keys_and_values_read_every_token() -> None:
    layers = quantise_layers(small_model(), rows(30, seed=1), Pooling.FIRST)
    last = {name.removeprefix("bert.encoder.layer.1.") for name in layers if ".layer.1." in name}
    assert last == {"attention.self.key", "attention.self.value"}
    assert len(layers) == 6 + 2


def test_errors_of_rounding_are_passed_on() -> None:
    """Errors of correlated inputs can cancel, so the product's error is smaller than if each weight
    were rounded to the nearest step."""
    model = small_model()
    given = inputs_of(model, FEED, rows(150, seed=1))
    layer = quantise_layers(model, rows(150, seed=1), Pooling.FIRST)[FEED]
    weights = dict(model.named_modules())[FEED].weight.detach().numpy().T
    quiet = layer.factor > 0
    given, weights, factor = given[:, quiet], weights[quiet], layer.factor[quiet, None]
    found = layer.matrix[quiet] * layer.matrix_scale
    near = np.rint(weights / factor / layer.matrix_scale) * layer.matrix_scale

    def error(matrix: np.ndarray) -> float:
        apart = given @ (matrix * factor - weights)
        return float(np.square(apart - apart.mean(axis=0)).mean())

    assert error(found) < 0.9 * error(near)


def test_loud_channels_behind_the_activation_are_multiplied_apart() -> None:
    model = small_model()
    wide = model.bert.encoder.layer[0].intermediate.dense
    wide.bias.data[[5, 40]] += 80
    layers = quantise_layers(model, rows(60, seed=1), Pooling.FIRST)
    assert {5, 40} <= set(layers[FEED].apart.tolist())
    assert np.all(layers[FEED].factor[layers[FEED].apart] == 0)
    assert not len(layers["bert.encoder.layer.0.intermediate.dense"].apart)
    assert error_of(layers, model, FEED) < 1e-3


def test_steps_fit_in_a_byte_and_use_it() -> None:
    for layer in quantise_layers(small_model(), rows(30, seed=1), Pooling.FIRST).values():
        assert layer.matrix.dtype == np.int8
        assert np.abs(layer.matrix.astype(int)).max() == 127
        assert 0 <= layer.zero <= 255


def test_with_the_mean_the_added_layer_alone_stays_as_it_is() -> None:
    names = set(quantise_layers(small_model(), rows(20, seed=1), Pooling.MEAN))
    layers = {name for name, each in small_model().named_modules() if isinstance(each, Linear)}
    assert names == {name for name in layers if name.startswith("bert.encoder.layer.0.")}
