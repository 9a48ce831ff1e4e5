"""Any network of this project as a standard BertForSequenceClassification.

That class reads the first token alone. For a network that takes the mean of its tokens, one more
layer puts the mean there: its attention weighs all tokens alike, for its queries and keys are zero,
and its values are what the head makes of a token. The rest of the layer is there for its residual
sum and normalisation, which can't be left out. A large constant pattern beside the values makes
both almost linear, so that the values come through within some thousandths of a logit; each is
there twice, with both signs, so that they have no mean that the normalisation would take away. tanh
of small values is almost linear too.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.inference.local.packed_weights import read_packed
from core.inference.pooling import Pooling

_VALUE_SCALE = 1024.0
"""Lifts the values above the first token's own state, which the residual sum adds to them."""
_FIRST_PATTERN = 57344.0
"""Far above the values, and below the largest number in fp16, 65,504."""
_SECOND_PATTERN = 2048.0
_SMALL = 2.0**-9
"""Brings values to where tanh is almost linear."""


def open_packed(path: Path) -> Any:
    """The network of a packed file, in fp32, shaped by the configuration beside it.

    Raises an error of safetensors, OSError, ValueError, LookupError or RuntimeError if they are not
    those of one network.
    """
    from transformers import BertConfig

    state, pooling = read_packed(path)
    return standard_classifier(BertConfig.from_pretrained(path.parent), state, pooling)


def standard_classifier(config: Any, state: Mapping[str, Any], pooling: Pooling) -> Any:
    """A BertForSequenceClassification. `config` is that of the result: for the mean it has a layer
    more than `state`, and the logits differ by some thousandths."""
    from transformers import BertForSequenceClassification

    if pooling is Pooling.MEAN:
        state = {**state, **_added(config, state["classifier.weight"], state["classifier.bias"])}
    made = BertForSequenceClassification(config)
    made.load_state_dict(state)
    return made.eval()


def _added(config: Any, weight: Any, bias: Any) -> dict[str, Any]:
    """The last layer, the pooler and the head that hand on what the head `weight` makes of the
    mean."""
    import torch

    labels, width = weight.shape
    inner, at = config.intermediate_size, f"bert.encoder.layer.{config.num_hidden_layers - 1}"
    value, joined = _zeros(width, width), _zeros(width, width)
    value["weight"][:labels], value["bias"][:labels] = weight, bias
    pattern = _pattern(width, 2 * labels)
    each = torch.arange(labels)
    joined["weight"][2 * each, each] = _VALUE_SCALE
    joined["weight"][2 * each + 1, each] = -_VALUE_SCALE
    joined["bias"] = _FIRST_PATTERN * pattern
    pooler, head = _zeros(width, width), _zeros(labels, width)
    pooler["weight"][each, 2 * each] = _SMALL / 2
    pooler["weight"][each, 2 * each + 1] = -_SMALL / 2
    head["weight"][each, each] = 1 / _SMALL
    spread = float(pattern.square().mean().sqrt())
    first = _norm(_FIRST_PATTERN * spread / _VALUE_SCALE, _SECOND_PATTERN * pattern)
    parts = {
        f"{at}.attention.self.query": _zeros(width, width),
        f"{at}.attention.self.key": _zeros(width, width),
        f"{at}.attention.self.value": value,
        f"{at}.attention.output.dense": joined,
        f"{at}.attention.output.LayerNorm": first,
        f"{at}.intermediate.dense": _zeros(inner, width),
        f"{at}.output.dense": _zeros(width, inner),
        f"{at}.output.LayerNorm": _norm(_SECOND_PATTERN * spread, torch.zeros(width)),
        "bert.pooler.dense": pooler,
        "classifier": head,
    }
    return {f"{name}.{kind}": part for name, both in parts.items() for kind, part in both.items()}


def _zeros(outputs: int, inputs: int) -> dict[str, Any]:
    import torch

    return {"weight": torch.zeros(outputs, inputs), "bias": torch.zeros(outputs)}


def _pattern(width: int, first: int) -> Any:
    """Ones of both signs in the channels from `first` on, zero before, with sum zero."""
    import torch

    signs = torch.zeros(width)
    count = (width - first) // 2 * 2
    signs[first : first + count : 2] = 1.0
    signs[first + 1 : first + count : 2] = -1.0
    return signs


def _norm(gain: float, rest: Any) -> dict[str, Any]:
    """Values times the gain; where `rest` is not zero, `rest` in place of what was there."""
    return {"weight": gain * (rest == 0), "bias": rest}
