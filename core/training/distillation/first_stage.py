"""Distils a full model into the first stage of a cascade. Imports torch."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.inference.cascade.first_stage import FirstStageWeights, write_first_stage
from core.inference.cascade.word_hashes import HashedWords, hash_words
from core.inference.text.form import model_text
from core.moderation.scores import Label
from core.training.data.batches import shuffled_batches

Progress = Callable[[str], None]
_cross_entropy = nn.functional.binary_cross_entropy_with_logits
_HIGHEST_INT8 = 127
_KEPT_RANGE = 0.9999
"""Share of a table's cells that int8 covers; larger values are clipped."""


@dataclass(frozen=True, slots=True)
class FirstStageSettings:
    """`word_bits` and `part_bits` set the rows of the two tables, `width` their columns, `features`
    what the layer over a word and its neighbours gives; `dropped` is the share of values left out
    in training; `flag_share` is the weight of the loss over flags, the rest that of the loss over
    scores.
    """

    word_bits: int = 15
    part_bits: int = 15
    width: int = 32
    features: int = 32
    epochs: int = 3
    batch_rows: int = 128
    table_rate: float = 5e-3
    layer_rate: float = 2e-3
    dropped: float = 0.2
    flag_share: float = 0.5
    seed: int = 20261123


class FirstStageNetwork(nn.Module):  # type: ignore[misc]  # torch is not followed
    """The first stage's arithmetic, with gradients. Logits (texts, labels)."""

    def __init__(self, settings: FirstStageSettings, labels: int) -> None:
        super().__init__()
        width, features = settings.width, settings.features
        self.words = nn.Embedding(2**settings.word_bits, width, sparse=True)
        self.parts = nn.Embedding(2**settings.part_bits, width, sparse=True)
        for table in (self.words, self.parts):
            nn.init.normal_(table.weight, std=0.1)
        self.near = nn.Linear(3 * width, features)
        self.out = nn.Linear(2 * features, labels)
        nn.init.constant_(self.out.bias, -3.0)  # most comments are fine
        self.drop = nn.Dropout(settings.dropped)

    def forward(self, hashed: HashedWords) -> Tensor:
        texts = len(hashed.words_at)
        words, heads, tails, words_at = map(
            torch.from_numpy, (hashed.words, hashed.heads, hashed.tails, hashed.words_at)
        )
        vectors = self.drop(self.words(words) + self.parts(heads) + self.parts(tails))
        starts = torch.zeros(len(words), dtype=torch.long)
        starts[words_at[1:]] = 1
        text_of = starts.cumsum(0)
        at = torch.arange(len(words)) + text_of + 1
        spaced = torch.zeros(len(words) + texts + 1, vectors.shape[1]).index_copy(0, at, vectors)
        wide = torch.cat([spaced[at - 1], vectors, spaced[at + 1]], dim=1)
        features = torch.relu(self.near(wide))
        nothing = torch.zeros(texts, features.shape[1])
        rows = text_of[:, None].expand_as(features)
        largest = nothing.scatter_reduce(0, rows, features, "amax")
        counts = torch.bincount(text_of, minlength=texts)[:, None]
        mean = nothing.index_add(0, text_of, features) / counts
        logits: Tensor = self.out(self.drop(torch.cat([largest, mean], dim=1)))
        return logits


def train_first_stage(
    texts: Sequence[str],
    full_scores: NDArray[np.floating],
    out_path: Path,
    *,
    labels: Sequence[Label],
    edges: Mapping[Label, float],
    full_model: str,
    settings: FirstStageSettings | None = None,
    progress: Progress = print,
) -> None:
    """Writes the first stage to `out_path`. `full_scores` (texts, labels) are the scores of the
    model of version `full_model`. Human labels are not used, because the first stage only has to
    reproduce that model's flags.

    It also learns whether any score reaches its label's edge. This ranks comments better than the
    scores alone, and still works under a policy with other edges.
    """
    settings = settings or FirstStageSettings()
    torch.manual_seed(settings.seed)
    network = FirstStageNetwork(settings, len(labels))
    scores = torch.from_numpy(np.asarray(full_scores, dtype=np.float32))
    at = torch.tensor([edges[label] for label in labels], dtype=torch.float32)

    def loss_of(logits: Tensor, rows: Sequence[int]) -> Tensor:
        flagged = (scores[rows] >= at).any(1).float()
        nearest = (logits - torch.logit(at)).amax(1)
        of_scores: Tensor = _cross_entropy(logits, scores[rows])
        return of_scores + settings.flag_share * _cross_entropy(nearest, flagged)

    _fit(network, [model_text(text) for text in texts], loss_of, settings, progress)
    write_first_stage(out_path, _weights(network), labels, full_model=full_model)


def _fit(
    network: FirstStageNetwork,
    texts: Sequence[str],
    loss_of: Callable[[Tensor, Sequence[int]], Tensor],
    settings: FirstStageSettings,
    progress: Progress,
) -> None:
    optimisers = {
        settings.table_rate: torch.optim.SparseAdam([network.words.weight, network.parts.weight]),
        settings.layer_rate: torch.optim.AdamW(
            [*network.near.parameters(), *network.out.parameters()]
        ),
    }
    lengths = [len(text) for text in texts]
    steps = settings.epochs * -(-len(texts) // settings.batch_rows)
    step, began = 0, time.monotonic()
    network.train()
    for epoch in range(settings.epochs):
        total = 0.0
        for rows in shuffled_batches(lengths, settings.batch_rows, seed=settings.seed + epoch):
            hashed = hash_words(
                [texts[row] for row in rows],
                word_bits=settings.word_bits,
                part_bits=settings.part_bits,
            )
            loss = loss_of(network(hashed), rows)
            network.zero_grad()
            loss.backward()
            for rate, optimiser in optimisers.items():
                optimiser.param_groups[0]["lr"] = rate * max(0.02, 1 - step / steps)
                optimiser.step()
            total += loss.item() * len(rows)
            step += 1
        progress(
            f"first stage: epoch {epoch + 1} of {settings.epochs}, loss "
            f"{total / len(texts):.4f}, {time.monotonic() - began:.0f} s"
        )


def _weights(network: FirstStageNetwork) -> FirstStageWeights:
    words, word_scale = _as_int8(network.words.weight)
    parts, part_scale = _as_int8(network.parts.weight)

    def floats(values: Tensor) -> NDArray[np.float32]:
        found: NDArray[np.float32] = values.detach().numpy().astype(np.float32)
        return found

    return FirstStageWeights(
        words=words,
        word_scale=word_scale,
        parts=parts,
        part_scale=part_scale,
        near=floats(network.near.weight).T.copy(),
        near_bias=floats(network.near.bias),
        out=floats(network.out.weight).T.copy(),
        out_bias=floats(network.out.bias),
    )


def _as_int8(table: Tensor) -> tuple[NDArray[np.int8], float]:
    values = table.detach().numpy()
    scale = float(np.quantile(np.abs(values), _KEPT_RANGE)) / _HIGHEST_INT8
    cells = np.clip(np.round(values / scale), -_HIGHEST_INT8, _HIGHEST_INT8)
    return cells.astype(np.int8), scale
