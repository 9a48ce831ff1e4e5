"""Places in the review queue: where a page begins, as text that survives in a link. Pure."""

import base64
import json
import math
from dataclasses import dataclass

from core.moderation.queue import QueueOrder

Key = tuple[float | int | str, ...]
"""What a case is ordered by, and at last its id."""

_KINDS: dict[QueueOrder, tuple[type, ...]] = {
    QueueOrder.PRIORITY: (float, str),
    QueueOrder.OLDEST: (int, str),
    QueueOrder.SCORE: (float, float, str),
    QueueOrder.DECIDED: (int, str),
}
_MAX_CHARS = 400
_WIDEST = 2**63


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """Beside the case with that key: the cases after it, or with `is_backwards` those before."""

    order: QueueOrder
    key: Key
    is_backwards: bool = False


def place_to_cursor(place: QueuePlace) -> str:
    """Letters, digits, `-` and `_` alone."""
    written = json.dumps([place.order, int(place.is_backwards), *place.key])
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def cursor_to_place(cursor: str | None, order: QueueOrder) -> QueuePlace | None:
    """The place, or None for no cursor, a damaged one, or one of another order."""
    if not cursor or len(cursor) > _MAX_CHARS or not cursor.isascii():
        return None
    try:
        written = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        return None
    if not isinstance(written, list) or written[:2] not in ([order, 0], [order, 1]):
        return None
    key = tuple(written[2:])
    if len(key) != len(_KINDS[order]):
        return None
    if not all(_is_of(part, kind) for part, kind in zip(key, _KINDS[order], strict=True)):
        return None
    return QueuePlace(order, key, bool(written[1]))


def _is_of(part: object, kind: type) -> bool:
    if type(part) is not kind:
        return False
    if isinstance(part, float):
        return math.isfinite(part)
    if isinstance(part, int):
        return -_WIDEST <= part < _WIDEST
    return isinstance(part, str) and part.isascii() and part.isprintable()
