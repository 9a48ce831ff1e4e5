"""What one training run is given; everything that can change the weights is here."""

from dataclasses import dataclass

MODEL_NAME = "minilm-toxicity"
MODEL_VERSION = "minilm-toxicity-5"
BASE_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
DEFAULT_EPOCHS = 3
DEFAULT_SEED = 20261123


@dataclass(frozen=True, slots=True)
class Refining:
    """Epochs over the rows of all lessons, and of sets that are `kept` as the network scores them;
    then the weights go a `share` of the way from those before to those after."""

    epochs: int = 2
    learning_rate: float = 1e-4
    kept: tuple[str, ...] = ("davidson_tweets",)
    share: float = 0.6


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """Lengths in tokens, `limit_rows` before the split, `warmup` as a share of a cycle's steps.

    `last_learning_rate` is that of the last of several epochs, which is a cycle of its own.
    `refining` follows, another cycle.
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
