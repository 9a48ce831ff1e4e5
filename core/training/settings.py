"""The settings of a training run; everything that can change the weights is here."""

from dataclasses import dataclass

MODEL_NAME = "minilm-toxicity"
MODEL_VERSION = "minilm-toxicity-5"
BASE_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
DEFAULT_EPOCHS = 3
DEFAULT_SEED = 20261123


@dataclass(frozen=True, slots=True)
class Refining:
    """The refining phase: `epochs` over the rows of all distillation tasks, and over sets in
    `kept`, whose targets are the network's own scores. Afterwards weights are averaged: (1 -
    `share`) * before + `share` * after."""

    epochs: int = 2
    learning_rate: float = 1e-4
    kept: tuple[str, ...] = ("davidson_tweets",)
    share: float = 0.6


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """Lengths are in tokens, `limit_rows` applies before the split, `warmup` is a share of a
    cycle's steps.

    With several epochs the last one is a cycle of its own, at `last_learning_rate`. `refining`
    follows as another cycle.
    """

    epochs: int = DEFAULT_EPOCHS
    limit_rows: int | None = None
    seed: int = DEFAULT_SEED
    batch_rows: int = 64
    learning_rate: float = 1.5e-4
    last_learning_rate: float = 1e-4
    refining: Refining = Refining()
    weight_decay: float = 0.01
    warmup: float = 0.06
    max_tokens: int = 128
    score_tokens: int = 256
    threads: int = 2
