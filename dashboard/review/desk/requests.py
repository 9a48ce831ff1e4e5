"""Fields of the desk's requests."""

from collections.abc import Mapping

from core.errors import InvalidInput
from core.moderation.cleaning import is_storable
from dashboard.staff_texts import say


def text(row: Mapping[str, object], name: str) -> str:
    """The field as text; empty if it is missing. Raises InvalidInput."""
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or not is_storable(value):
        raise InvalidInput(say("review.request.no_text", field=f"`{name}`"))
    return value


def number(row: Mapping[str, object], name: str) -> int:
    """The field as a whole number; 0 if it is missing. Raises InvalidInput."""
    value = row.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidInput(say("review.request.no_number", field=f"`{name}`"))
    return value


def texts(row: Mapping[str, object], name: str) -> list[str]:
    """The field as a list of texts. Raises InvalidInput."""
    value = row.get(name)
    if not isinstance(value, list):
        raise InvalidInput(say("review.request.no_texts", field=f"`{name}`"))
    return [text({name: each}, name) for each in value]
