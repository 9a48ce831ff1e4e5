"""The settings of a training run; everything that can change the weights is here."""

from dataclasses import dataclass
from enum import StrEnum

from core.inference.pooling import Pooling

MODEL_NAME = "minilm-toxicity"
MODEL_VERSION = "minilm-toxicity-6"
BASE_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
DEFAULT_EPOCHS = 4
DEFAULT_SEED = 20261123


class Precision(StrEnum):
    """The arithmetic of the large products while training; weights and sums are always fp32."""

    FP32 = "fp32"
    BF16 = "bf16"


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """Lengths are in tokens, `warmup` is a share of all steps, `limit_rows` applies to each side.

    `score_tokens` is the most that the exported network may be given at once; longer texts are read
    in windows of `window_tokens`. `teacher_share` is the share of the teacher in the target of a
    label that people gave.
    `head_speed` multiplies the learning rate of the head. With `set_biases` each set and label has
    a bias of its own in training, which is left out when scoring.
    """

    epochs: int = DEFAULT_EPOCHS
    limit_rows: int | None = None
    seed: int = DEFAULT_SEED
    batch_rows: int = 64
    learning_rate: float = 2e-4
    head_speed: float = 1.0
    weight_decay: float = 0.01
    warmup: float = 0.06
    pooling: Pooling = Pooling.MEAN
    precision: Precision = Precision.BF16
    set_biases: bool = False
    teacher_share: float = 0.7
    max_tokens: int = 128
    score_tokens: int = 256
    threads: int = 2

    @property
    def window_tokens(self) -> int:
        """As many as the longest texts it learns from have: in longer ones abuse fades."""
        return self.max_tokens


DEFAULT_SETTINGS = TrainSettings()
