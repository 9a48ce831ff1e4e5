"""The settings of tuning the model for a site."""

import re
from dataclasses import dataclass

from core.errors import InvalidInput
from core.inference.pooling import Pooling
from core.training.settings import (
    DEFAULT_EPOCHS,
    DEFAULT_SEED,
    MODEL_NAME,
    Precision,
    TrainSettings,
)

TUNED_FROM = 200
"""With fewer labelled rows the network itself stays as it is."""
FEWEST = 10
"""Rows with a label, and as many without it, for anything to be fitted to or said of it."""
LEARNT_SHARE = 0.5
"""How far the weights go from the shipped ones to the tuned ones (docs/decisions.md, 45)."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """`name` is the version under which scores of the model are stored. With `is_random_sample` the
    rows are a random sample of the site's comments, so that edges can be chosen from them."""

    name: str
    seed: int = DEFAULT_SEED
    epochs: int = DEFAULT_EPOCHS
    is_random_sample: bool = False

    def check(self) -> None:
        """Raises InvalidInput for a name that can't be one of a site's model."""
        if not _NAME.fullmatch(self.name):
            raise InvalidInput(
                f"--name {self.name!r}: 3 to 64 small letters, digits, dots, dashes and "
                "underscores, with a letter or digit at both ends, e.g. mysite-1"
            )
        if self.name == MODEL_NAME or self.name.startswith(f"{MODEL_NAME}-"):
            raise InvalidInput(
                f"--name {self.name!r}: names that begin with {MODEL_NAME} are for the shipped "
                "model; take the name of the site, e.g. mysite-1"
            )

    def fit_settings(self, pooling: Pooling, max_tokens: int) -> TrainSettings:
        """Half of the first training's rate, in the same arithmetic on every processor."""
        return TrainSettings(
            epochs=self.epochs,
            seed=self.seed,
            batch_rows=16,
            learning_rate=1e-4,
            pooling=pooling,
            precision=Precision.FP32,
            max_tokens=max_tokens,
        )
