"""What a search in either database finds before its texts are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """Numbers from `first` and under `past`; `conditions` with their `values` on the document `s`,
    its revision `r` and its case `c`. At most `limit` texts of the newest `most` with the words."""

    conditions: Sequence[str]
    values: dict[str, Any]
    first: int
    past: int
    limit: int
    most: int


@dataclass(frozen=True, slots=True)
class Hits:
    """The numbers of texts, the newest first. `looked_at` counts those with the words, down to
    `furthest`; if there are `limit` hits it may be less."""

    ids: Sequence[int]
    looked_at: int
    furthest: int | None
