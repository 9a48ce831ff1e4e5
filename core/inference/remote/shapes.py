"""Reading decoded JSON that may be anything. Messages say what came, never its content."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from core.inference.base import ErrorKind
from core.inference.resilience.retries import AttemptFailed
from core.strict_json import load_strict

TOP_ONE = (
    "gives only the best label of each text, so the other labels can't be known; have the server "
    "give the scores of all of them"
)

_HIGHEST_COUNT = 10**12
_LONGEST_TEXT = 200


def bad_shape(problem: str) -> AttemptFailed:
    """The answer is not what the protocol says. It would be the same again, so no retry."""
    return AttemptFailed(problem, kind=ErrorKind.BAD_SHAPE)


def load_json(text: str | bytes) -> Any:
    """Decoded JSON. Raises ValueError, also for a key that is there twice, and RecursionError."""
    return load_strict(text, takes_nan=True)


def at(body: Any, *path: str | int) -> Any:
    """What lies at a path of keys and indexes. Raises AttemptFailed naming the place."""
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
    """A list of one item a text."""
    if not isinstance(found, list):
        raise bad_shape("sent something other than a list of results")
    if len(found) != count:
        raise bad_shape(f"gave {len(found)} results for {count} texts")
    return found


def ordered(found: Any, count: int) -> list[Any]:
    """A list of one item a text, put back in order where the items are numbered."""
    results = items(found, count)
    is_numbered = any(isinstance(item, Mapping) and "index" in item for item in results)
    return reordered(results, count) if is_numbered else results


def number(found: Any) -> float:
    """A score: any number, NaN too, which is refused later for its text alone."""
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise bad_shape("sent a score that is not a number")
    try:
        return float(found)
    except OverflowError:  # JSON has whole numbers of any size
        return math.inf if found > 0 else -math.inf


def optional_count(found: Any) -> int | None:
    """A whole number a server may tell or not."""
    is_count = isinstance(found, int) and not isinstance(found, bool)
    return found if is_count and 0 <= found <= _HIGHEST_COUNT else None


def optional_text(found: Any) -> str | None:
    """A short text a server may tell or not."""
    return found if isinstance(found, str) and 0 < len(found) <= _LONGEST_TEXT else None


def total_tokens(body: Any) -> int | None:
    """`usage.total_tokens`, where the server tells it."""
    usage = body.get("usage") if isinstance(body, Mapping) else None
    return optional_count(usage.get("total_tokens")) if isinstance(usage, Mapping) else None


def server_request_id(headers: Mapping[str, str]) -> str | None:
    """The server's own id of the request."""
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
    """One text's scores from `{"label": score}`; what is null was not assessed."""
    return {str(name): number(score) for name, score in found.items() if score is not None}


def header_ms(headers: Mapping[str, str], name: str) -> float | None:
    """Milliseconds from a header."""
    try:
        value = float(headers.get(name, ""))
    except ValueError:
        return None
    return value if 0.0 <= value < 1e9 else None


def reordered(found: Sequence[Any], count: int) -> list[Any]:
    """Items put back into the order of their `index`: 0 and up, each there once."""
    places = [item.get("index") if isinstance(item, Mapping) else None for item in found]
    if sorted(place for place in places if type(place) is int) != list(range(count)):
        raise bad_shape("sent results whose indexes are not those of the texts")
    return [found[places.index(place)] for place in range(count)]
