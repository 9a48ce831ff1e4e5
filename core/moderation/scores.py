"""What a model says of one revision: a score from 0 to 1 for each label it was trained for."""

from collections.abc import Mapping
from enum import StrEnum


class Label(StrEnum):
    """The canonical labels, in the order every table and page shows them. Stored strings."""

    TOXICITY = "toxicity"
    SEVERE_TOXICITY = "severe_toxicity"
    OBSCENE = "obscene"
    THREAT = "threat"
    INSULT = "insult"
    IDENTITY_ATTACK = "identity_attack"


def are_scores(scores: Mapping[Label, float]) -> bool:
    """Whether every value is a number from 0 to 1: anything else matches no rule's band."""
    return all(0.0 <= score <= 1.0 for score in scores.values())


def not_assessed(scores: Mapping[Label, float]) -> tuple[Label, ...]:
    """The canonical labels that have no score, in canonical order."""
    return tuple(label for label in Label if label not in scores)
