"""The words and rows of the page Cost."""

from collections.abc import Sequence
from enum import StrEnum

import pandas as pd

from core.servinglog.costs.backend_cost import BackendCost
from core.servinglog.costs.prices import Price, PriceUnit
from core.servinglog.costs.wording import NONE
from core.servinglog.costs.wording import amount as plain_amount
from dashboard.figures import duration
from dashboard.shares import in_own_form, interval_words, share_words
from dashboard.staff_texts import count, say

_PRICES = {unit: f"cost.price.{unit.name.lower()}" for unit in PriceUnit}


class CostSpan(StrEnum):
    """The times to choose from; the strings are in the page's address."""

    DAY = "1 day"
    WEEK = "7 days"
    MONTH = "30 days"


DAYS = {CostSpan.DAY: 1, CostSpan.WEEK: 7, CostSpan.MONTH: 30}


def cost_summary(costs: Sequence[BackendCost], currency: str) -> str:
    """The cheapest backend, and what another one gives for more; or what is lacking."""
    priced = [one for one in costs if one.at_full_use is not None]
    if not costs:
        return say("cost.summary.no_call")
    if not priced:
        lacking = [
            say("cost.summary.unknown_of", backend=one.use.backend, why=_unknown(one))
            for one in costs
        ]
        return say("cost.summary.unknown", backends="; ".join(lacking))
    words = _cheapest(priced[0], currency)
    beaten = [one.use.backend for one in priced if not one.is_efficient]
    if beaten:
        words += f" {count('cost.summary.beaten', len(beaten), backends=', '.join(beaten))}"
    return words


def _cheapest(first: BackendCost, currency: str) -> str:
    is_same = first.as_used is None or first.as_used == first.at_full_use
    return say(
        "cost.summary.cheapest" if is_same else "cost.summary.cheapest_as_used",
        backend=first.use.backend,
        amount=amount(first.at_full_use, currency),
        used=amount(first.as_used, currency),
    )


def _unknown(one: BackendCost) -> str:
    """Why there is no cost."""
    if one.price is None:
        return say("cost.unknown.no_price")
    return say("cost.unknown.no_tokens" if one.use.comments else "cost.unknown.no_comment")


def amount(value: float | None, currency: str) -> str:
    """`EUR 0.013`: two digits that count, since a comment costs little."""
    if value is None:
        return NONE
    figure = in_own_form(plain_amount(value, "").strip())
    return say("cost.amount.money", currency=currency, figure=figure)


def price_words(price: Price | None) -> str:
    """`EUR 0.09 an hour`."""
    if price is None:
        return NONE
    return say(_PRICES[price.unit], amount=amount(price.amount, price.currency))


def cost_frame(costs: Sequence[BackendCost], currency: str) -> pd.DataFrame:
    """A line for each backend."""
    return pd.DataFrame(
        {
            say("cost.table.backend"): [one.use.backend for one in costs],
            say("cost.table.busy"): [_cost_cell(one, currency) for one in costs],
            say("cost.table.as_used"): [amount(one.as_used, currency) for one in costs],
            say("cost.table.price"): [price_words(one.price) for one in costs],
            say("cost.table.p95"): [_p95(one) for one in costs],
            say("cost.table.quality"): [quality_words(one) for one in costs],
            say("cost.table.comments"): [one.use.comments for one in costs],
        }
    )


def quality_words(one: BackendCost) -> str:
    """`91 % (between 88 % and 94 %)`; a dash while too little was judged."""
    if one.quality is None:
        return NONE
    interval = interval_words(one.quality.low, one.quality.high)
    return say("cost.table.quality_cell", share=share_words(one.quality.share), interval=interval)


def _cost_cell(one: BackendCost, currency: str) -> str:
    return _unknown(one) if one.at_full_use is None else amount(one.at_full_use, currency)


def _p95(one: BackendCost) -> str:
    time = duration(one.use.p95_ms)
    return time if one.use.is_realtime else say("cost.table.batches", time=time)


def point_frame(costs: Sequence[BackendCost]) -> pd.DataFrame:
    """One row for each backend with a cost and a p95."""
    rows = [
        {
            "backend": one.use.backend,
            "cost": one.at_full_use,
            "p95_ms": one.use.p95_ms,
            "quality": quality_words(one),
            "is_best": one.is_efficient,
            "says": say("cost.chart.best" if one.is_efficient else "cost.chart.beaten"),
        }
        for one in costs
        if one.at_full_use is not None and one.use.p95_ms is not None
    ]
    columns = ["backend", "cost", "p95_ms", "quality", "is_best", "says"]
    return pd.DataFrame(rows, columns=columns)
