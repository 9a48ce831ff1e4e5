"""The query to the serving log for costs: what each backend did. Adapter: DuckDB."""

from core.servinglog.costs.backend_cost import LoggedUse
from core.servinglog.lines import CALL
from core.servinglog.queries import ServingLogQueries
from core.servinglog.query_values import named_in
from core.servinglog.record import Mode
from core.servinglog.tables import statement
from core.servinglog.traffic_filter import LIVE_TRAFFIC
from core.servinglog.windows import Span, Window


def backend_uses(log: ServingLogQueries, window: Window) -> list[LoggedUse]:
    """One for each backend with a live call in the window, by name. Raises StoreError."""
    text = statement("backend_use")
    given = LIVE_TRAFFIC.values(window) | {
        "realtime": Mode.REALTIME,
        "span_s": window.span_s,
    }
    with log.cursor(Span(CALL, window.since, window.until)) as cursor:
        rows = cursor.execute(text, named_in(text, given)).fetchall()
    return [LoggedUse(*row) for row in rows]
