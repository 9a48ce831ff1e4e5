"""What a model says of one revision: a score from 0 to 1 for each label it was trained for."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Label(StrEnum):
    """The canonical labels, in the order every table and page shows them. Stored strings."""

    TOXICITY = "toxicity"
    SEVERE_TOXICITY = "severe_toxicity"
    OBSCENE = "obscene"
    THREAT = "threat"
    INSULT = "insult"
    IDENTITY_ATTACK = "identity_attack"


@dataclass(frozen=True, slots=True)
class ScoreSet:
    """All labels of one revision from one model version.

    `scores` holds only the labels the model assesses: an absent label is "not assessed", never 0.
    `model_version` names the weights, `backend` the thing that ran them.
    """

    revision_id: str
    scores: Mapping[Label, float]
    model_version: str
    backend: str

    def __post_init__(self) -> None:
        for label, score in self.scores.items():
            if not 0.0 <= score <= 1.0:
                raise ValueError(f"score of {label} is {score!r}, not within 0..1")


def not_assessed(scores: Mapping[Label, float]) -> tuple[Label, ...]:
    """The canonical labels that have no score, in canonical order."""
    return tuple(label for label in Label if label not in scores)


def top_label(scores: Mapping[Label, float]) -> tuple[Label, float] | None:
    """The highest scored label; the earlier canonical label wins a tie. None when empty."""
    if not scores:
        return None
    best = max(scores.values())
    return next((label, best) for label in Label if scores.get(label) == best)
