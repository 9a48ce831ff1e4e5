"""What the head of a network reads."""

from enum import StrEnum


class Pooling(StrEnum):
    """What the head reads: the mean of all tokens, or the first token through the pooler."""

    MEAN = "mean"
    FIRST = "first"
