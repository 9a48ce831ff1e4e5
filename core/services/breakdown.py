"""How the calls of a window spread: over time and latency, phases, sizes, and cold starts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.moderation.permissions import Actor, Permission, check_can
from core.servinglog.windows import Window, bucket_s

if TYPE_CHECKING:
    import pandas as pd

    from core.servinglog.queries import ServingLogQueries
    from core.servinglog.traffic_filter import Traffic

HEAT_COLUMNS, PHASE_COLUMNS = 60, 120


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Frames as those of `core.servinglog.breakdown_queries`; `heat_s` and `phases_s` are how wide
    their buckets of time are. `classes` and `cold` are of rows alone."""

    heat: "pd.DataFrame"
    heat_s: int
    phases: "pd.DataFrame"
    phases_s: int
    classes: "pd.DataFrame"
    cold: "pd.DataFrame"


def break_down(
    actor: Actor, log: "ServingLogQueries", window: Window, traffic: "Traffic", covered_s: float
) -> Breakdown:
    """The calls of the window, which cover so many seconds of it. Raises PermissionDenied,
    StoreError."""
    from core.servinglog import breakdown_queries as queries

    check_can(actor, Permission.SEE_SERVING)
    least = log.least_bucket_s(window)
    heat_s = max(least, bucket_s(covered_s, HEAT_COLUMNS))
    phases_s = max(least, bucket_s(covered_s, PHASE_COLUMNS))
    return Breakdown(
        queries.heat(log, window, traffic, heat_s),
        heat_s,
        queries.phase_means(log, window, traffic, phases_s),
        phases_s,
        queries.by_class(log, window, traffic),
        queries.cold_starts(log, window, traffic),
    )
