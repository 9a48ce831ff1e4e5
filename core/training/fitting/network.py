"""The network: the BERT sequence classifier of transformers. Imports torch; import it to train."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModelForSequenceClassification


class Classifier(nn.Module):  # type: ignore[misc,unused-ignore]
    """Token ids and mask, both (rows, tokens), to logits (rows, labels)."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Logits; padding is masked."""
        logits: Tensor = self.model(input_ids=input_ids, attention_mask=attention_mask).logits
        return logits


def build_classifier(base_model: Path, labels: Sequence[str], *, seed: int) -> Classifier:
    """The encoder from a local folder with a fresh head; the seed fixes the head.

    A standard class, so that any server of Hugging Face models can run the result.
    """
    torch.manual_seed(seed)
    model = AutoModelForSequenceClassification.from_pretrained(
        str(base_model),
        local_files_only=True,
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
        problem_type="multi_label_classification",
    )
    return Classifier(model)


def masked_loss(logits: Tensor, targets: Tensor, known: Tensor, weights: Tensor) -> Tensor:
    """Weighted cross-entropy over the known cells: targets and known (rows, labels)."""
    cells = nn.functional.binary_cross_entropy_with_logits(
        logits.float(), targets, reduction="none"
    )
    share = known * weights.unsqueeze(1)
    loss: Tensor = (cells * share).sum() / share.sum().clamp(min=1.0)
    return loss
