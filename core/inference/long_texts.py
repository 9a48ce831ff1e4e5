"""The result of a text that was read in several windows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from core.inference.base import Passage, TextResult
from core.moderation.scores import Label

Name = TypeVar("Name", bound=str)


def join_windows(
    results: Sequence[TextResult], passages: Sequence[Passage], unread_chars: int
) -> TextResult:
    """Each label's score is that of its highest window. `unread_chars` of the text are in no
    window; more are unread if a window was not read to its end. If a window could not be scored,
    the text could not."""
    failed = next((result for result in results if result.error is not None), None)
    if failed is not None:
        return failed
    highest = _highest([result.scores for result in results])
    return replace(
        results[0],
        scores={label: results[at].scores[label] for label, at in highest.items()},
        other_scores={
            name: results[at].other_scores[name]
            for name, at in _highest([result.other_scores for result in results]).items()
        },
        unread_chars=unread_chars + sum(result.unread_chars for result in results),
        passages=_of_labels(highest, passages) if len(passages) > 1 else {},
    )


def _of_labels(highest: Mapping[Label, int], passages: Sequence[Passage]) -> dict[Label, Passage]:
    return {label: passages[at] for label, at in highest.items()}


def _highest(rows: Sequence[Mapping[Name, float]]) -> dict[Name, int]:
    """Of each name the first row with its highest score."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {
        name: max((at for at, row in enumerate(rows) if name in row), key=lambda at: rows[at][name])
        for name in names
    }
