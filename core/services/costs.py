"""What scoring costs by each backend, beside how fast and how good it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.moderation.estimates import ShareEstimate
from core.moderation.history import number_of
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.separation import separation
from core.services.context import Context
from core.services.policy_history import PolicyHistory
from core.servinglog.costs.backend_cost import BackendCost, LoggedUse, backend_costs
from core.servinglog.costs.prices import Price
from core.servinglog.windows import Window

if TYPE_CHECKING:
    from core.servinglog.queries import ServingLogQueries


@dataclass(frozen=True, slots=True)
class CostReport:
    """The costs of the time from `since` until `until`; `currency` is empty without prices, and
    `unused` are backends with a price and without a call."""

    since: datetime
    until: datetime
    currency: str
    costs: Sequence[BackendCost]
    unused: Sequence[str]


def load_costs(
    context: Context,
    actor: Actor,
    log: "ServingLogQueries",
    past: PolicyHistory,
    prices: Sequence[Price],
    *,
    days: int,
) -> CostReport:
    """The last `days` days. Quality is that of all texts people judged, whenever they did. Raises
    PermissionDenied and StoreError."""
    from core.servinglog.cost_queries import backend_uses

    check_can(actor, Permission.SEE_SERVING)
    until = context.clock.now()
    since = until - timedelta(days=days)
    uses = backend_uses(log, Window(since, until))
    used = {use.backend for use in uses}
    return CostReport(
        since=since,
        until=until,
        currency=prices[0].currency if prices else "",
        costs=backend_costs(uses, prices, _qualities(past, uses)),
        unused=[price.backend for price in prices if price.backend not in used],
    )


def _qualities(
    past: PolicyHistory, uses: Sequence[LoggedUse]
) -> Mapping[str, ShareEstimate | None]:
    history = past.read()
    versions = {use.model_version for use in uses if use.model_version}
    return {
        version: separation(history.at(history.models == number_of(version)))
        for version in versions
    }
