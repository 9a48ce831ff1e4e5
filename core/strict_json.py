"""Strict JSON decoding: a repeated name in one object is refused, and so are NaN and Infinity,
which Python's decoder accepts, and numbers that it would read as infinite."""

import json
import math
from typing import Any, NoReturn


class RepeatedName(ValueError):
    """An object has this name twice, so it is ambiguous which value counts."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the name {name!r} appears twice in one object")
        self.name = name


class NotJsonNumber(ValueError):
    """`NaN`, `Infinity`, `-Infinity`, or a number too large to be one here, as 1e999."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not a JSON number")
        self.name = name


def load_strict(text: str | bytes, *, takes_nan: bool = False) -> Any:
    """The value of a JSON document; bytes may be in any UTF. Raises ValueError (RepeatedName and
    NotJsonNumber are subclasses), and RecursionError for lists nested thousands deep. `takes_nan`
    allows NaN and infinite numbers, for answers whose numbers are checked later."""
    if takes_nan:
        return json.loads(text, object_pairs_hook=_object)
    return json.loads(
        text, object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=_finite
    )


def strict_decoder() -> json.JSONDecoder:
    """A decoder for consecutive values in one text; it raises the same errors as `load_strict`."""
    return json.JSONDecoder(
        object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=_finite
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise RepeatedName(next(name for name in found if names.count(name) > 1))
    return found


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise NotJsonNumber(digits[:20])
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise NotJsonNumber(name)
