"""The networks that were tried before the shipped one, with why they were not kept.

Their figures are those of docs/decisions.md; a test compares them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

FILE = "tried_models.json"


@dataclass(frozen=True, slots=True)
class TriedModel:
    """One network. `roc_auc` is of toxicity by data set, on that `side` of the split: the value,
    and its interval of 95 % where it was measured. `decision` is the number of the decision that
    tells of it."""

    name: str
    what: str
    decision: int
    side: str
    roc_auc: Mapping[str, tuple[float, ...]]
    verdict: str
    why: str


@cache
def tried_models() -> tuple[TriedModel, ...]:
    """In the order they were tried."""
    content: dict[str, Any] = json.loads((files(__package__) / FILE).read_text("utf-8"))
    return tuple(
        TriedModel(**one | {"roc_auc": {name: tuple(auc) for name, auc in one["roc_auc"].items()}})
        for one in content["models"]
    )
