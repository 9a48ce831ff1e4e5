"""Whether a row says that its comment is gone from its site."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime

from core.errors import InvalidInput
from core.sources.files.columns import RowShape, plain_shape
from core.sources.files.fields import flag_field, is_dated, time_field

# Alone, or with more after it: `deleted_by_user`.
_GONE_STATUS = re.compile("(?:deleted|removed|withdrawn|retracted|trash(?:ed)?)(?![a-z])")
_EVER = datetime(9999, 1, 1, tzinfo=UTC)


def is_marked_gone(row: Mapping[str, object], shape: RowShape) -> bool:
    """By a flag, a time of deletion or a status. Raises InvalidInput for a flag that is none."""
    return (
        any(_is_flagged(row, name) for name in shape.deleted)
        or any(is_dated(row, name) for name in shape.deleted_at)
        or any(_GONE_STATUS.match(str(row.get(name)).strip().casefold()) for name in shape.status)
    )


def _is_flagged(row: Mapping[str, object], name: str) -> bool:
    """True or false, or the time since when it is true."""
    try:
        return flag_field(row, name)
    except InvalidInput:
        with suppress(InvalidInput):
            return time_field(row, name, read_at=_EVER) is not None
        raise


def seems_gone(row: Mapping[str, object]) -> bool:
    """The same of a row whose shape is not known yet; what can't be read says nothing."""
    names = tuple(name for name, value in row.items() if isinstance(name, str) and value)
    try:
        return is_marked_gone(row, plain_shape(names))
    except InvalidInput:
        return False
