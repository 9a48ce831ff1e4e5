"""Static int8 for the large layers of a BERT classifier. Imports torch; import it only to train.

After the activation of a BERT encoder a few channels are far larger than the rest, above all in the
first token. They are multiplied separately in fp32, or they would set the range of all channels
(LLM.int8(), Dettmers et al. 2022). Channels are centred and brought nearer to each other by a
factor each (SmoothQuant, Xiao et al. 2022) and rounded with one scale that calibration fixes: a
score then depends on no other comment. Weights are rounded one input at a time, each error passed
on to the inputs not yet rounded (GPTQ, Frantar et al. 2022).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from core.inference.pooling import Pooling

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WEIGHT_STEPS = 127
_INPUT_STEPS = 255
_OUTLIER_COUNT = 4
"""Channels multiplied separately; with 16 the error of a layer is hardly smaller. Except after the
activation they cost more time than they save error."""
_STRENGTHS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""How much of a channel's magnitude moves into the weights."""
_KEPT_SHARES = (1.0, 0.9, 0.8)
"""Share of the observed range that is kept; larger values are clipped."""
_DAMPING = 0.01
_SMALLEST = 1e-5
_TOKEN_STRIDE = 3
"""One token in so many is kept, the first of each comment among them."""
_CHOICE_STRIDE = 3


@dataclass(frozen=True, slots=True)
class Int8Layer:
    """One linear layer.

    (input - `middle`) * `factor` / `scale` + `zero` is in 0..255, each of `middle` and `factor`
    having one value for each input; `bias` includes the correction for `middle`. The weights are
    `matrix` (inputs, outputs) times `matrix_scale` (outputs). `factor` is 0 for the channels in
    `apart`; `apart_matrix` (channels, outputs) has their weights. `shared` names the layers that
    read the same rounded input; the rounding is stored under the first of them. `exact_bias` is for
    inputs that are not rounded: it makes up for the rounding of the weights alone.
    """

    middle: "NDArray[np.float32]"
    factor: "NDArray[np.float32]"
    scale: float
    zero: int
    matrix: "NDArray[np.int8]"
    matrix_scale: "NDArray[np.float32]"
    apart: "NDArray[np.int64]"
    apart_matrix: "NDArray[np.float32]"
    bias: "NDArray[np.float32]"
    exact_bias: "NDArray[np.float32]"
    shared: tuple[str, ...]


@dataclass(slots=True)
class _LayerInputs:
    """The inputs of a layer: the range of each input over all tokens, and the values of every third
    token."""

    low: Tensor
    high: Tensor
    kept: list[Tensor]


@dataclass(frozen=True, slots=True)
class _Rounding:
    middle: Tensor
    factor: Tensor
    scale: float
    zero: int

    def apply(self, values: Tensor) -> Tensor:
        """(values - `middle`) * `factor`: the input of the int8 arithmetic."""
        steps = ((values - self.middle) * self.factor / self.scale).round() + self.zero
        return (steps.clamp(0, _INPUT_STEPS) - self.zero) * self.scale


def quantise_layers(
    model: Any, calibration: Sequence[Sequence[int]], pooling: Pooling
) -> dict[str, Int8Layer]:
    """Every large layer of a BertForSequenceClassification by name; the same input gives the same
    result.

    Layers that run for one token only are left out, as they cost little time: the last layer after
    its attention, pooler and head. With the pooling `MEAN` that is the whole last layer, which
    `standard_classifier` added.
    """
    groups = _groups(model.config.num_hidden_layers, pooling)
    seen = _watch(model, [group[0] for group in groups], calibration)
    layers = dict(model.named_modules())
    return {
        name: layer
        for group in groups
        for name, layer in _quantise(group, layers, seen[group[0]]).items()
    }


def _groups(depth: int, pooling: Pooling) -> list[tuple[str, ...]]:
    """Groups the layers that share an input."""
    found: list[tuple[str, ...]] = []
    for number in range(depth - 1 if pooling is Pooling.MEAN else depth):
        at = f"bert.encoder.layer.{number}"
        last = number == depth - 1
        heads = ("key", "value") if last else ("query", "key", "value")
        found.append(tuple(f"{at}.attention.self.{head}" for head in heads))
        if not last:
            rest = ("attention.output.dense", "intermediate.dense", "output.dense")
            found += [(f"{at}.{name}",) for name in rest]
    return found


def _follows_activation(name: str) -> bool:
    return name.endswith(".output.dense") and ".attention." not in name


def _watch(
    model: Any, names: Sequence[str], calibration: Sequence[Sequence[int]]
) -> dict[str, _LayerInputs]:
    seen: dict[str, _LayerInputs] = {}
    layers = dict(model.named_modules())
    hooks = [layers[name].register_forward_pre_hook(_watcher(name, seen)) for name in names]
    try:
        with torch.inference_mode():
            for ids in calibration:
                model(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids)))
    finally:
        for hook in hooks:
            hook.remove()
    return seen


def _watcher(
    name: str, seen: dict[str, _LayerInputs]
) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
    def watch(_layer: nn.Module, given: tuple[Tensor, ...]) -> None:
        rows = given[0].flatten(0, 1)
        low, high = rows.amin(0), rows.amax(0)
        known = seen.setdefault(name, _LayerInputs(low, high, []))
        known.low = torch.minimum(known.low, low)
        known.high = torch.maximum(known.high, high)
        known.kept.append(rows[::_TOKEN_STRIDE].clone())

    return watch


def _quantise(
    group: tuple[str, ...], layers: dict[str, nn.Linear], seen: _LayerInputs
) -> dict[str, Int8Layer]:
    rows = torch.cat(seen.kept)
    weights = torch.cat([layers[name].weight.detach() for name in group])
    loudness = torch.maximum(seen.high, -seen.low) * weights.norm(dim=0)
    count = _OUTLIER_COUNT if _follows_activation(group[0]) else 0
    apart = loudness.argsort(descending=True, stable=True)[:count].sort().values
    quiet = torch.ones_like(loudness)
    quiet[apart] = 0
    smooth, rounding = _choose(seen, rows[::_CHOICE_STRIDE], weights, quiet)
    rounded = rounding.apply(rows)
    second = rounded.T @ rounded / len(rounded)
    found = {}
    for name in group:
        weight, bias = layers[name].weight.detach(), layers[name].bias.detach()
        steps, size = _round_weights(weight * smooth * quiet, second)
        loud = rows[:, apart] @ weight[:, apart].T - rows @ weight.T
        products = rounded @ (steps * size).T + loud
        exact = (rows * rounding.factor) @ (steps * size).T + loud
        found[name] = Int8Layer(
            middle=rounding.middle.numpy(),
            factor=rounding.factor.numpy(),
            scale=rounding.scale,
            zero=rounding.zero,
            matrix=np.ascontiguousarray(steps.T.to(torch.int8).numpy()),
            matrix_scale=size[:, 0].numpy(),
            apart=apart.numpy(),
            apart_matrix=np.ascontiguousarray(weight[:, apart].T.numpy()),
            bias=(bias - products.mean(0)).numpy(),
            exact_bias=(bias - exact.mean(0)).numpy(),
            shared=group,
        )
    return found


def _choose(
    seen: _LayerInputs, rows: Tensor, weights: Tensor, quiet: Tensor
) -> tuple[Tensor, _Rounding]:
    """How far the quiet channels (marked 1) are scaled down, and the rounding, so that products
    with rounded weights are nearest to the exact ones."""
    wide = weights.abs().amax(0).clamp(min=_SMALLEST)
    found = []
    for middle, strength in product((torch.zeros_like(wide), _middle(seen)), _STRENGTHS):
        exact = ((rows - middle) * quiet) @ weights.T
        loud = torch.maximum(seen.high - middle, middle - seen.low).clamp(min=_SMALLEST)
        smooth = loud**strength / wide ** (1 - strength)
        scaled = weights * smooth * quiet
        size = _size_of(scaled)
        near = (scaled / size).round() * size
        for kept in _KEPT_SHARES:
            rounding = _rounding(seen, middle, quiet / smooth, kept)
            error = float((rounding.apply(rows) @ near.T - exact).square().mean())
            found.append((error, smooth, rounding))
    _, smooth, rounding = min(found, key=lambda each: each[0])
    return smooth, rounding


def _middle(seen: _LayerInputs) -> Tensor:
    return (seen.low + seen.high) / 2


def _rounding(seen: _LayerInputs, middle: Tensor, factor: Tensor, kept: float) -> _Rounding:
    low = min(0.0, kept * float(((seen.low - middle) * factor).min()))
    high = max(_SMALLEST, kept * float(((seen.high - middle) * factor).max()))
    scale = (high - low) / _INPUT_STEPS
    return _Rounding(middle, factor, scale, round(-low / scale))


def _size_of(weights: Tensor) -> Tensor:
    """Size of one step (outputs, 1)."""
    return weights.abs().amax(1, keepdim=True).clamp(min=_SMALLEST) / _WEIGHT_STEPS


def _round_weights(weights: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """Whole steps (outputs, inputs) and their size (outputs, 1); `second` are the inputs' second
    moments. Inputs with the largest moments are rounded first, and the others correct the errors.
    """
    size = _size_of(weights)
    order = second.diagonal().argsort(descending=True, stable=True)
    second, left = second[order][:, order], weights[:, order]
    damped = second + _DAMPING * second.diagonal().mean() * torch.eye(len(second))
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(damped))
    carry = torch.linalg.cholesky(inverse, upper=True)
    steps = torch.zeros_like(left)
    for column in range(len(second)):
        now = left[:, column : column + 1]
        rounded = (now / size).round().clamp(-_WEIGHT_STEPS, _WEIGHT_STEPS)
        left[:, column:] -= (now - rounded * size) / carry[column, column] * carry[column, column:]
        steps[:, order[column]] = rounded[:, 0]
    return steps, size
