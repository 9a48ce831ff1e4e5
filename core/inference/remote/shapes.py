"""Reading decoded JSON that may be anything. Messages say what came, never its content."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.inference.base import ErrorKind
from core.inference.resilience.retries import AttemptFailed

TOP_ONE = (
    "gives only the best label of each text, so the other labels can't be known; have the server "
    "give the scores of all of them"
)


def bad_shape(problem: str) -> AttemptFailed:
    """The answer is not what the protocol says. It would be the same again, so no retry."""
    return AttemptFailed(problem, kind=ErrorKind.BAD_SHAPE)


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


def number(found: Any) -> float:
    """A score: any number, NaN too, which is refused later for its text alone."""
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise bad_shape("sent a score that is not a number")
    return float(found)


def maybe_count(found: Any) -> int | None:
    """A whole number a server may tell or not."""
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def maybe_text(found: Any) -> str | None:
    """A text a server may tell or not."""
    return found if isinstance(found, str) and found else None


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
    """Items put back into the order of their `index`, each there once."""
    places = [item.get("index") if isinstance(item, Mapping) else None for item in found]
    if sorted(place for place in places if type(place) is int) != list(range(count)):
        raise bad_shape("sent results whose indexes are not those of the texts")
    return [found[places.index(place)] for place in range(count)]
