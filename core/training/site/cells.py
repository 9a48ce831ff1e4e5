"""One cell of a site's labelled rows. Messages name the column and the kind of value, never the
value."""

import math
from decimal import Decimal

from core.errors import InvalidInput
from core.sources.files.fields import is_missing, kind_of

MOST_WEIGHT = 1e6
_WORDS = dict.fromkeys(("false", "f", "no", "n"), 0.0) | dict.fromkeys(
    ("true", "t", "yes", "y"), 1.0
)


def share_in(value: object, name: str) -> float | None:
    """A label: a share from 0 to 1, or true or false; None where it is unknown."""
    if isinstance(value, str) and value.strip().lower() in _WORDS:
        return _WORDS[value.strip().lower()]
    wanted = "a share from 0 to 1, true or false, or empty"
    found = _number(value, name, wanted)
    if found is not None and not 0.0 <= found <= 1.0:
        raise InvalidInput(f"`{name}` is a number outside 0 to 1, not {wanted}")
    return found


def weight_in(value: object, name: str) -> float:
    """A weight above 0; 1 where it is missing."""
    wanted = f"a number above 0 and at most {MOST_WEIGHT:,.0f}, or empty"
    if isinstance(value, bool):
        raise InvalidInput(f"`{name}` is true or false, not {wanted}")
    found = _number(value, name, wanted)
    if found is not None and not 0.0 < found <= MOST_WEIGHT:
        raise InvalidInput(f"`{name}` is a number that is not {wanted}")
    return 1.0 if found is None else found


def group_in(value: object, name: str) -> str | None:
    """Text or a whole number, as text; None where it is missing."""
    if value is None or (isinstance(value, str) and is_missing(value)):
        return None
    if isinstance(value, str):
        return value.strip()
    # A table that once held an empty cell gives whole numbers as 101.0.
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise InvalidInput(f"`{name}` is {kind_of(value)}, not text or a whole number")


def _number(value: object, name: str, wanted: str) -> float | None:
    if value is None or (isinstance(value, str) and is_missing(value)):
        return None
    try:
        if isinstance(value, bool | int | float | Decimal | str):
            found = float(value)
            if math.isfinite(found):
                return found
    except (ValueError, OverflowError):
        pass  # as for any other value, the message says what is wanted
    raise InvalidInput(f"`{name}` is {kind_of(value)}, not {wanted}")
