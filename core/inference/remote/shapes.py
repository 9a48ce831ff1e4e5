"""Reads decoded JSON of any shape. Messages name the kind of fault, never the content."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from core.inference.base import ErrorKind, count_problem
from core.inference.resilience.retries import AttemptFailed
from core.servinglog.record import MAX_COUNT, MAX_MS
from core.strict_json import load_strict

TOP_ONE = (
    "gives only the best label of each text, so the other labels can't be known; have the server "
    "give the scores of all of them"
)

_LONGEST_TEXT = 200


def bad_shape(problem: str) -> AttemptFailed:
    """The answer does not follow the protocol. A retry would give the same, so there is none."""
    return AttemptFailed(problem, kind=ErrorKind.BAD_SHAPE)


def load_json(text: str | bytes) -> Any:
    """Decoded JSON. Raises ValueError, also for a key that appears twice in an object, and
    RecursionError."""
    return load_strict(text, takes_nan=True)


def at(body: Any, *path: str | int) -> Any:
    """The value at a path of keys and indexes. Raises AttemptFailed naming the path."""
    found = body
    for step in path:
        try:
            found = found[step]
            continue
        except (LookupError, TypeError):
            place = ".".join(map(str, path))
        raise bad_shape(f"sent an answer without `{place}`")
    return found


def items(found: Any, count: int) -> list[Any]:
    """A list with one item for each text."""
    if not isinstance(found, list):
        raise bad_shape("sent something other than a list of results")
    if problem := count_problem(len(found), count):
        raise bad_shape(problem)
    return found


def ordered(found: Any, count: int) -> list[Any]:
    """A list with one item for each text, sorted by `index` where the items have one."""
    results = items(found, count)
    is_numbered = any(isinstance(item, Mapping) and "index" in item for item in results)
    return reordered(results, count) if is_numbered else results


def number(found: Any) -> float:
    """A score: any number. NaN is accepted here and later fails its text alone."""
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise bad_shape("sent a score that is not a number")
    try:
        return float(found)
    except OverflowError:  # JSON has integers of any size
        return math.inf if found > 0 else -math.inf


def optional_count(found: Any) -> int | None:
    """A whole number that a server may omit; None also for one that the serving log can't hold."""
    is_count = isinstance(found, int) and not isinstance(found, bool)
    return found if is_count and 0 <= found <= MAX_COUNT else None


def optional_text(found: Any) -> str | None:
    """A short text that a server may omit; None also for one with characters that can't be shown:
    it is stored with each decision and in the serving log."""
    is_text = isinstance(found, str) and found.isprintable() and bool(found.strip())
    return found if is_text and len(found) <= _LONGEST_TEXT else None


def total_tokens(body: Any) -> int | None:
    """`usage.total_tokens`, if the server reports it."""
    usage = body.get("usage") if isinstance(body, Mapping) else None
    return optional_count(usage.get("total_tokens")) if isinstance(usage, Mapping) else None


def server_request_id(headers: Mapping[str, str]) -> str | None:
    """The server's own id for the request."""
    return optional_text(headers.get("x-request-id"))


def labelled(found: Any, label_count: int) -> dict[str, float]:
    """One text's scores from `[{"label": …, "score": …}, …]`, in any order."""
    if isinstance(found, Mapping) and {"label", "score"} <= found.keys():
        found = [found]
    if not isinstance(found, list) or not found:
        raise bad_shape("sent something other than a list of labels with scores")
    row: dict[str, float] = {}
    for pair in found:
        name = at(pair, "label")
        if not isinstance(name, str) or name in row:
            raise bad_shape("sent a label twice, or one that is not text")
        row[name] = number(at(pair, "score"))
    if len(row) == 1 and label_count > 1:
        raise bad_shape(TOP_ONE)
    return row


def by_name(found: Mapping[str, Any]) -> dict[str, float]:
    """One text's scores from `{"label": score}`; null means not assessed."""
    return {str(name): number(score) for name, score in found.items() if score is not None}


def header_ms(headers: Mapping[str, str], name: str) -> float | None:
    """Milliseconds from a header; None if missing, invalid or longer than any call takes."""
    value = _header_number(headers, name)
    return value if value is not None and 0.0 <= value <= MAX_MS else None


def header_count(headers: Mapping[str, str], name: str) -> int | None:
    """A count from a header; None if missing, invalid or more than the serving log can hold."""
    value = _header_number(headers, name)
    return int(value) if value is not None and 0.0 <= value <= MAX_COUNT else None


def reordered(found: Sequence[Any], count: int) -> list[Any]:
    """Items sorted by their `index`, which must be 0 to `count - 1`, each once."""
    places = [item.get("index") if isinstance(item, Mapping) else None for item in found]
    if sorted(place for place in places if type(place) is int) != list(range(count)):
        raise bad_shape("sent results whose indexes are not those of the texts")
    return [found[places.index(place)] for place in range(count)]


def _header_number(headers: Mapping[str, str], name: str) -> float | None:
    try:
        return float(headers.get(name, ""))
    except ValueError:
        return None
