"""The slowest calls of a part of a window, and the phases of one request."""

from datetime import datetime
from typing import TYPE_CHECKING

from core.moderation.permissions import Actor, Permission, check_can
from core.servinglog.record import ServingRecord
from core.servinglog.windows import Window

if TYPE_CHECKING:
    import pandas as pd

    from core.servinglog.queries import ServingLogQueries
    from core.servinglog.traffic_filter import Traffic

SLOWEST_SHOWN = 50


def list_slowest(
    actor: Actor, log: "ServingLogQueries", window: Window, traffic: "Traffic"
) -> "pd.DataFrame":
    """The slowest calls of the window, failed ones included, at most `SLOWEST_SHOWN`. Raises
    PermissionDenied, StoreError."""
    check_can(actor, Permission.SEE_SERVING)
    return log.slowest(window, traffic, limit=SLOWEST_SHOWN)


def load_request(
    actor: Actor, log: "ServingLogQueries", call_id: str, at: datetime
) -> tuple[ServingRecord, ...]:
    """The calls of the request that made the call with that id, which started about then, oldest
    first; none if the log has no such row. Raises PermissionDenied, StoreError."""
    from core.servinglog.request_queries import calls_of_request

    check_can(actor, Permission.SEE_SERVING)
    return calls_of_request(log, call_id, at)
