"""What 1,000 comments cost by each backend, and which backends no other one beats. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.moderation.estimates import ShareEstimate
from core.servinglog.costs.prices import Price, PriceUnit

THOUSAND = 1_000
HOUR_S = 3_600.0


@dataclass(frozen=True, slots=True)
class LoggedUse:
    """A backend's live calls in a time of `span_s` seconds: `busy_s` of it some call ran. `tokens`
    are those of `token_comments` of the comments; the others' are not known. `p95_ms` is that of
    answered calls for one request each where there are some (`is_realtime`), else of all."""

    backend: str
    model_version: str
    calls: int
    comments: int
    tokens: int
    token_comments: int
    busy_s: float
    p95_ms: float | None
    is_realtime: bool
    span_s: float


@dataclass(frozen=True, slots=True)
class BackendCost:
    """`at_full_use` is the cost of 1,000 comments while the backend is busy, `as_used` that of the
    time looked at, where a machine is paid for while it waits. None: no price, or `unknown` says
    why. `quality`: of a removed and a kept comment, how often its model gave the removed one the
    higher score. `is_efficient`: no other backend is as good in all and better in something."""

    use: LoggedUse
    price: Price | None
    at_full_use: float | None
    as_used: float | None
    unknown: str = ""
    quality: ShareEstimate | None = None
    is_efficient: bool = False


def backend_costs(
    uses: Sequence[LoggedUse],
    prices: Sequence[Price],
    qualities: Mapping[str, ShareEstimate | None],
) -> tuple[BackendCost, ...]:
    """One for each use, the cheapest first, those without a cost last. `qualities` are by the
    version of the model."""
    by_backend = {price.backend: price for price in prices}
    found = [
        _cost(use, by_backend.get(use.backend), qualities.get(use.model_version)) for use in uses
    ]
    marked = [replace(one, is_efficient=_is_efficient(one, found)) for one in found]
    return tuple(
        sorted(
            marked,
            key=lambda one: (one.at_full_use is None, one.at_full_use or 0.0, one.use.backend),
        )
    )


def _cost(use: LoggedUse, price: Price | None, quality: ShareEstimate | None) -> BackendCost:
    if price is None:
        return BackendCost(use, None, None, None, "no price is set", quality)
    if not use.comments:
        return BackendCost(use, price, None, None, "it scored no comment", quality)
    full = used = price.amount
    if price.unit is PriceUnit.PER_1000_CALLS:
        full = used = price.amount * use.calls / use.comments
    elif price.unit is PriceUnit.PER_MILLION_TOKENS:
        if not use.token_comments:
            return BackendCost(use, price, None, None, "its answers tell no tokens", quality)
        full = used = price.amount / 1e6 * THOUSAND * use.tokens / use.token_comments
    elif price.unit is PriceUnit.PER_HOUR:
        full, used = (
            price.amount * seconds / HOUR_S * THOUSAND / use.comments
            for seconds in (use.busy_s, use.span_s)
        )
    return BackendCost(use, price, full, used, quality=quality)


def _is_efficient(one: BackendCost, every: Sequence[BackendCost]) -> bool:
    if one.at_full_use is None or one.use.p95_ms is None:
        return False
    return not any(_beats(other, one) for other in every if other is not one)


def _beats(other: BackendCost, one: BackendCost) -> bool:
    """As cheap, as fast and as good, and better in something; quality counts where both have it."""
    pairs = [(other.at_full_use, one.at_full_use), (other.use.p95_ms, one.use.p95_ms)]
    if other.quality is not None and one.quality is not None:
        pairs.append((-other.quality.share, -one.quality.share))
    known = [(theirs, own) for theirs, own in pairs if theirs is not None and own is not None]
    if len(known) < len(pairs):
        return False
    return all(theirs <= own for theirs, own in known) and any(
        theirs < own for theirs, own in known
    )
