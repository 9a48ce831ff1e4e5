"""Decoding JSON strictly: a name that is there twice in one object is refused, and so are NaN and
Infinity, which Python's decoder would take."""

import json
from typing import Any, NoReturn


class RepeatedName(ValueError):
    """An object has this name twice, so which value counts can't be known."""

    def __init__(self, name: str) -> None:
        super().__init__(f"a name is there twice: {name!r}")
        self.name = name


class NotJsonNumber(ValueError):
    """`NaN`, `Infinity` or `-Infinity`."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not a JSON number")
        self.name = name


def load_strict(text: str | bytes, *, takes_nan: bool = False) -> Any:
    """The value of a JSON document; bytes may be any UTF. Raises ValueError, of which RepeatedName
    and NotJsonNumber are kinds, and RecursionError for lists nested thousands deep. `takes_nan` is
    for answers whose numbers are checked later."""
    constants = None if takes_nan else _refuse_constant
    return json.loads(text, object_pairs_hook=_object, parse_constant=constants)


def strict_decoder() -> json.JSONDecoder:
    """For values that follow one another in a text; it raises what `load_strict` does."""
    return json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse_constant)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise RepeatedName(next(name for name in found if names.count(name) > 1))
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise NotJsonNumber(name)
