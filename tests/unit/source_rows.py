"""A plain row of a site, read as the item that it makes."""

from datetime import UTC, datetime

from core.moderation.comments import IncomingComment
from core.sources.base import Rejected, SourceItem
from core.sources.files.items import to_item

READ_AT = datetime(2026, 11, 22, 18, tzinfo=UTC)
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
NOON_S = 1769860800


def item(raw: object) -> SourceItem:
    return to_item(raw, where="row 1", source="site", read_at=READ_AT)


def comment(raw: object) -> IncomingComment:
    found = item(raw)
    assert isinstance(found, IncomingComment), found
    return found


def message(raw: object) -> str:
    found = item(raw)
    assert isinstance(found, Rejected), found
    return found.message
