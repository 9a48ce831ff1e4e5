"""A network that takes the mean of its tokens, as a standard BertForSequenceClassification.

That class reads the first token alone. One more layer puts the mean there: its attention weighs all
tokens alike, for its queries and keys are zero, and its values are what the head makes of a token.
The rest of the layer is there for its residual sum and normalisation, which can't be left out. A
large constant pattern beside the values makes both almost linear, so that the values come through
within some thousandths of a logit; each is there twice, with both signs, so that they have no mean
that the normalisation would take away. tanh of small values is almost linear too.
Imports torch; import it only to train.
"""

from typing import Any

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertForSequenceClassification

from core.training.fitting.network import MeanClassifier

_VALUE_SCALE = 1024.0
"""Lifts the values above the first token's own state, which the residual sum adds to them."""
_FIRST_PATTERN = 57344.0
"""Far above the values, and below the largest number in fp16, 65,504."""
_SECOND_PATTERN = 2048.0
_SMALL = 2.0**-9
"""Brings values to where tanh is almost linear."""


def as_sequence_classifier(network: MeanClassifier) -> BertForSequenceClassification:
    """A network with one layer more and the same logits, but for some thousandths."""
    config = BertConfig.from_dict(
        {**network.config.to_dict(), "num_hidden_layers": network.config.num_hidden_layers + 1}
    )
    found = BertForSequenceClassification(config).eval()
    found.bert.load_state_dict(network.encoder.state_dict(), strict=False)
    with torch.no_grad():
        _fill(found, network.classifier)
    return found


def _fill(found: Any, head: nn.Linear) -> None:
    labels, width = head.weight.shape
    layer = found.bert.encoder.layer[-1]
    for each in (*layer.modules(), found.bert.pooler.dense, found.classifier):
        if isinstance(each, nn.Linear):
            each.weight.zero_()
            each.bias.zero_()
    value, joined = layer.attention.self.value, layer.attention.output
    value.weight[:labels] = head.weight
    value.bias[:labels] = head.bias
    pattern = _pattern(width, 2 * labels)
    plus, minus = 2 * torch.arange(labels), 2 * torch.arange(labels) + 1
    joined.dense.weight[plus, torch.arange(labels)] = _VALUE_SCALE
    joined.dense.weight[minus, torch.arange(labels)] = -_VALUE_SCALE
    joined.dense.bias.copy_(_FIRST_PATTERN * pattern)
    spread = float(pattern.square().mean().sqrt())
    _normalise(joined.LayerNorm, _FIRST_PATTERN * spread / _VALUE_SCALE, _SECOND_PATTERN * pattern)
    _normalise(layer.output.LayerNorm, _SECOND_PATTERN * spread, torch.zeros(width))
    found.bert.pooler.dense.weight[torch.arange(labels), plus] = _SMALL / 2
    found.bert.pooler.dense.weight[torch.arange(labels), minus] = -_SMALL / 2
    found.classifier.weight[torch.arange(labels), torch.arange(labels)] = 1 / _SMALL


def _pattern(width: int, first: int) -> Tensor:
    """Ones of both signs in the channels from `first` on, zero before, with sum zero."""
    signs = torch.zeros(width)
    count = (width - first) // 2 * 2
    signs[first : first + count : 2] = 1.0
    signs[first + 1 : first + count : 2] = -1.0
    return signs


def _normalise(norm: nn.LayerNorm, gain: float, rest: Tensor) -> None:
    """Values times the gain; where `rest` is not zero, `rest` in place of what was there."""
    norm.weight.copy_(gain * (rest == 0 if rest.any() else torch.ones_like(rest)))
    norm.bias.copy_(rest)
