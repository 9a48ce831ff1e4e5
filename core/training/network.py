"""The network: encoder, mean pooling, one linear head. Imports torch; import it only to train."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModel


class Classifier(nn.Module):  # type: ignore[misc,unused-ignore]
    """Token ids and mask, both (rows, tokens), to logits (rows, labels)."""

    def __init__(self, encoder: Any, labels: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(encoder.config.hidden_size, labels)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Logits; padding has no part in the mean."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask)[0]
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        pooled = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1.0)
        logits: Tensor = self.head(self.dropout(pooled))
        return logits


def build_classifier(base_model: Path, labels: int, *, seed: int) -> Classifier:
    """The encoder from a local folder with a fresh head; the seed fixes the head."""
    torch.manual_seed(seed)
    encoder = AutoModel.from_pretrained(str(base_model), local_files_only=True)
    return Classifier(encoder, labels)


def masked_loss(logits: Tensor, targets: Tensor, known: Tensor, weights: Tensor) -> Tensor:
    """Weighted cross-entropy over the known cells alone: targets and known (rows, labels)."""
    cells = nn.functional.binary_cross_entropy_with_logits(
        logits.float(), targets, reduction="none"
    )
    share = known * weights.unsqueeze(1)
    loss: Tensor = (cells * share).sum() / share.sum().clamp(min=1.0)
    return loss
