"""The project's functional suite: small sets of cases, each set for one ability.

The cases are in a file beside this one and are used for measuring only. A case passes when its
toxicity is on the right side of the hold edge: abuse at or above it, everything else below.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

from core.moderation.cleaning import clean_text
from core.moderation.scores import Label
from core.training.data.datasets import MODEL_LABELS, Example
from core.training.data.text_forms import network_text
from core.training.evaluation.intervals import Share, share_of
from core.training.evaluation.scoring import ScoredRows

SUITE_SOURCE = "functional_suite"


class Expected(StrEnum):
    """The right answer to a case."""

    ABUSIVE = "abusive"
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class Function:
    """One ability and its test sentences."""

    name: str
    expected: Expected
    about: str
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FunctionResult:
    """`passed` by the toxicity edge; `any_label` by the hold edges of all labels together."""

    name: str
    expected: str
    about: str
    passed: Share
    any_label: Share


def read_suite() -> tuple[Function, ...]:
    """Every function, in the order of the file."""
    data = json.loads(
        files("core.training.evaluation")
        .joinpath("functional_suite.json")
        .read_text(encoding="utf-8")
    )
    return tuple(
        Function(each["name"], Expected(each["expected"]), each["about"], tuple(each["cases"]))
        for each in data["functions"]
    )


def suite_examples(suite: Sequence[Function]) -> list[Example]:
    """All cases as the model reads them, function after function; toxicity alone is known."""
    unknown = (None,) * (len(MODEL_LABELS) - 1)
    return [
        Example(
            text=network_text(case),
            targets=(float(function.expected is Expected.ABUSIVE), *unknown),
            keys=(case, function.name),
            source=SUITE_SOURCE,
        )
        for function in suite
        for case in function.cases
    ]


def suite_texts(suite: Sequence[Function]) -> list[str]:
    """The readable text of each of `suite_examples(suite)`."""
    return [clean_text(case) for function in suite for case in function.cases]


def function_results(
    suite: Sequence[Function], scored: ScoredRows, holds: Mapping[Label, float]
) -> tuple[FunctionResult, ...]:
    """`scored` holds the rows of `suite_examples(suite)`; a pass rate for each function."""
    import numpy as np

    edges = np.array([holds[label] for label in MODEL_LABELS])
    reached = scored.scores >= edges
    results, start = [], 0
    for function in suite:
        part = reached[start : start + len(function.cases)]
        start += len(function.cases)
        wanted = function.expected is Expected.ABUSIVE
        results.append(
            FunctionResult(
                name=function.name,
                expected=str(function.expected),
                about=function.about,
                passed=share_of(int((part[:, 0] == wanted).sum()), len(part)),
                any_label=share_of(int((part.any(axis=1) == wanted).sum()), len(part)),
            )
        )
    return tuple(results)


def together(results: Sequence[FunctionResult], expected: Expected) -> Share:
    """The toxicity pass rate over all cases with this expectation."""
    passed = [each.passed for each in results if each.expected == expected]
    return share_of(sum(each.count for each in passed), sum(each.rows for each in passed))
