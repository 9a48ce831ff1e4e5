"""The kinds of rules on the fields of a statement: one is needed, a date, a text, a list. Pure."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from core.moderation.dsa.fields import Fields

_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
Test = Callable[[Fields], bool]


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """Why a statement can't be sent: the field, the name of the rule it breaks, and that in
    words."""

    field: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One rule on one field; `holds` says whether a statement keeps it."""

    field: str
    name: str
    message: str
    holds: Test


def required(field: str) -> FieldRule:
    """The field has to be there."""
    return FieldRule(field, "required", "is missing", lambda fields: field in fields)


def kept(field: str, name: str, message: str, is_right: Callable[[object], bool]) -> FieldRule:
    """A rule on the field's value, for statements that have the field."""
    return FieldRule(
        field, name, message, lambda fields: field not in fields or is_right(fields[field])
    )


def one_of(field: str, values: Collection[str]) -> FieldRule:
    """The field is a text among the values."""
    return kept(
        field,
        "one_of",
        "is not one of the database's values",
        lambda value: isinstance(value, str) and value in values,
    )


def list_of(field: str, values: Collection[str]) -> FieldRule:
    """The field is a list of some of the values, not empty."""

    def is_right(value: object) -> bool:
        return isinstance(value, list) and bool(value) and all(each in values for each in value)

    return kept(field, "list_of", "is not a list of the database's values", is_right)


def length(field: str, most: int) -> FieldRule:
    """The field is a text of at most `most` characters that is not blank."""

    def is_right(value: object) -> bool:
        return isinstance(value, str) and bool(value.strip()) and len(value) <= most

    return kept(field, "length", f"is not a text of 1 to {most:,} characters", is_right)


def day_of(value: object) -> date | None:
    """The date that a field holds, None if it is none."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def date_within(field: str, first: date, last: date = date.max) -> FieldRule:
    """The field is a date from `first` to `last`."""

    def is_right(value: object) -> bool:
        day = day_of(value)
        return day is not None and first <= day <= last

    until = "" if last == date.max else f" to {last}"
    return kept(field, "date", f"is not a date YYYY-MM-DD from {first}{until}", is_right)


def only_with(field: str, what: str, is_meant: Test) -> list[FieldRule]:
    """Two rules: the field is needed if `is_meant`, and the database drops it otherwise."""
    return [
        FieldRule(
            field, "needed", f"is missing with {what}", lambda f: field in f or not is_meant(f)
        ),
        dropped(field, f"is only for {what}", lambda f: not is_meant(f)),
    ]


def dropped(field: str, message: str, is_dropped: Test) -> FieldRule:
    """The field must not be there if `is_dropped`: the database would leave it out unsaid."""
    return FieldRule(field, "dropped", message, lambda f: field not in f or not is_dropped(f))


def has(field: str, value: str) -> Test:
    """Whether the field is the value, or a list with it."""

    def test(fields: Fields) -> bool:
        given = fields.get(field)
        return value in given if isinstance(given, list) else given == value

    return test
