"""Reads a line that is a JSON object. Pure."""

from typing import Any

from core.servinglog.importing.calls import UnusableLine
from core.strict_json import NotJsonNumber, RepeatedName, load_strict


def object_of(line: str) -> dict[str, Any]:
    """Raises UnusableLine."""
    try:
        given = load_strict(line)
    except RepeatedName:
        raise UnusableLine("names a field twice") from None
    except NotJsonNumber:
        raise UnusableLine("holds NaN or Infinity, which are not JSON") from None
    except (ValueError, RecursionError):
        raise UnusableLine("not JSON, or cut off") from None
    if not isinstance(given, dict):
        raise UnusableLine("not a JSON object")
    return given
