"""The network: a BERT encoder, its pooling and a linear head. Imports torch; import it to train."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModel, AutoModelForSequenceClassification

from core.inference.pooling import Pooling


class Classifier(nn.Module):  # type: ignore[misc,unused-ignore]
    """Token ids and mask, both (rows, tokens), to logits (rows, labels).

    `model` has a `classifier`, the linear head, and a `config`. With `sets` each set of comments
    has a bias for each label, added only if the set of each row is given.
    """

    def __init__(self, model: Any, *, sets: int = 0) -> None:
        super().__init__()
        self.model = model
        self.set_biases = nn.Embedding(sets, model.config.num_labels) if sets else None
        if self.set_biases is not None:
            nn.init.zeros_(self.set_biases.weight)

    @property
    def pad_id(self) -> int:
        """The token that fills shorter rows."""
        return int(self.model.config.pad_token_id or 0)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, sets: Tensor | None = None
    ) -> Tensor:
        """Logits; padding is masked."""
        logits: Tensor = self.model(input_ids=input_ids, attention_mask=attention_mask).logits
        if sets is None or self.set_biases is None:
            return logits
        return logits + self.set_biases(sets)


class MeanClassifier(nn.Module):  # type: ignore[misc,unused-ignore]
    """An encoder, the mean of its tokens, and a linear head: what the base models were trained for.

    transformers has no such class for BERT; `standard_classifier` rebuilds it as one it has.
    """

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.config = encoder.config
        self.encoder = encoder
        self.dropout = nn.Dropout(encoder.config.hidden_dropout_prob)
        self.classifier = nn.Linear(encoder.config.hidden_size, encoder.config.num_labels)
        nn.init.normal_(self.classifier.weight, std=encoder.config.initializer_range)
        nn.init.zeros_(self.classifier.bias)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> SimpleNamespace:
        """`logits` (rows, labels)."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask)
        pooled = mean_of_tokens(states.last_hidden_state, attention_mask)
        return SimpleNamespace(logits=self.classifier(self.dropout(pooled)))


def mean_of_tokens(hidden: Tensor, mask: Tensor) -> Tensor:
    """The mean over the tokens that are no padding: (rows, tokens, width) to (rows, width)."""
    kept = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * kept).sum(1) / kept.sum(1)


def build_classifier(
    base_model: Path, labels: Sequence[str], *, seed: int, pooling: Pooling, sets: int = 0
) -> Classifier:
    """The encoder from a local folder with a fresh head; the seed fixes the head."""
    torch.manual_seed(seed)
    named: dict[str, Any] = {
        "local_files_only": True,
        "id2label": dict(enumerate(labels)),
        "label2id": {label: number for number, label in enumerate(labels)},
        "problem_type": "multi_label_classification",
    }
    if pooling is Pooling.FIRST:
        return Classifier(
            AutoModelForSequenceClassification.from_pretrained(str(base_model), **named), sets=sets
        )
    encoder = AutoModel.from_pretrained(str(base_model), add_pooling_layer=False, **named)
    return Classifier(MeanClassifier(encoder), sets=sets)


def masked_loss(logits: Tensor, targets: Tensor, known: Tensor, weights: Tensor) -> Tensor:
    """Weighted cross-entropy over the known cells: targets and known (rows, labels)."""
    cells = nn.functional.binary_cross_entropy_with_logits(
        logits.float(), targets, reduction="none"
    )
    share = known * weights.unsqueeze(1)
    loss: Tensor = (cells * share).sum() / share.sum().clamp(min=1.0)
    return loss
