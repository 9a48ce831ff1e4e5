"""Whether a row says that its comment is gone from its site."""

from collections.abc import Mapping

from core.errors import InvalidInput
from core.sources.files.columns import RowShape, plain_shape
from core.sources.files.fields import flag_field, is_dated

_GONE_STATUS = frozenset(("deleted", "removed", "withdrawn", "trash", "trashed"))


def is_marked_gone(row: Mapping[str, object], shape: RowShape) -> bool:
    """By a flag, a time of deletion or a status. Raises InvalidInput for a flag that is none."""
    return (
        any(flag_field(row, name) for name in shape.deleted)
        or any(is_dated(row, name) for name in shape.deleted_at)
        or any(str(row.get(name)).strip().casefold() in _GONE_STATUS for name in shape.status)
    )


def seems_gone(row: Mapping[str, object]) -> bool:
    """The same of a row whose shape is not known yet; what can't be read says nothing."""
    names = tuple(name for name, value in row.items() if isinstance(name, str) and value)
    try:
        return is_marked_gone(row, plain_shape(names))
    except InvalidInput:
        return False
