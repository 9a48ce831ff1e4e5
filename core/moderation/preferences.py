"""A person's own settings for the review queue, and what they leave out of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from core.errors import InvalidInput
from core.moderation.exposure import SEVERE_FROM
from core.moderation.scores import Label


@dataclass(frozen=True, slots=True)
class Preferences:
    """`left_out` are the labels whose cases the person is not shown, in canonical order. The
    constructor raises InvalidInput if they are all labels. `language` is the code of the one that
    the person reads the console in; None leaves it to the browser."""

    has_shortcuts: bool = True
    masks_severe: bool = True
    left_out: tuple[Label, ...] = ()
    is_lighter: bool = False
    language: str | None = None

    def __post_init__(self) -> None:
        ordered = tuple(label for label in Label if label in self.left_out)
        if len(ordered) == len(Label):
            raise InvalidInput("one topic at least has to stay in the queue")
        object.__setattr__(self, "left_out", ordered)


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """What is left out of the queue: cases of the labels `left_out`, and those whose highest score
    is `score_below` or more. A case without a label or a score is in it in any case."""

    left_out: tuple[Label, ...] = ()
    score_below: float | None = None


NO_LIMITS = QueueLimits()


def limits_of(preferences: Preferences, *, asked: Label | None = None) -> QueueLimits:
    """What the person's queue leaves out. The label that they `asked` for by name is shown."""
    return QueueLimits(
        tuple(label for label in preferences.left_out if label is not asked),
        SEVERE_FROM if preferences.is_lighter else None,
    )


def limits_of_all(everyone: Sequence[Preferences]) -> QueueLimits:
    """What is left out by each of them, so that nobody takes it; nothing if there is nobody."""
    if not everyone:
        return QueueLimits()
    return QueueLimits(
        tuple(label for label in Label if all(label in each.left_out for each in everyone)),
        SEVERE_FROM if all(each.is_lighter for each in everyone) else None,
    )


def preferences_of(
    people: Iterable[str], stored: Mapping[str, Preferences]
) -> tuple[Preferences, ...]:
    """The preferences of these people; the default ones where a person has stored none."""
    return tuple(stored.get(person, Preferences()) for person in people)


def changed_fields(before: Preferences, after: Preferences) -> tuple[str, ...]:
    """The names of the preferences that differ."""
    return tuple(
        each.name
        for each in fields(Preferences)
        if getattr(before, each.name) != getattr(after, each.name)
    )
