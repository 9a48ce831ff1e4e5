"""The words and rows of the page Cost. Pure."""

from collections.abc import Sequence
from enum import StrEnum

import pandas as pd

from core.moderation.quality_words import interval_words, percent
from core.servinglog.costs.backend_cost import BackendCost
from core.servinglog.costs.wording import NONE, amount, price_words
from dashboard.figures import duration

HOW = (
    "“Busy” is the cost of 1,000 comments while the backend scores, “as used” that of the whole "
    "time: a machine is paid for while it waits, too. p95: 95 of 100 calls were answered in less. "
    "Quality: of a comment that people removed and one that they kept, how often the model gave "
    "the removed one the higher score; 50 % is guessing."
)
HOW_CHART = "Filled: no other backend is as cheap, as fast and as good, and better in something."


class CostSpan(StrEnum):
    """The times to choose from; the strings are in the page's address."""

    DAY = "1 day"
    WEEK = "7 days"
    MONTH = "30 days"


DAYS = {CostSpan.DAY: 1, CostSpan.WEEK: 7, CostSpan.MONTH: 30}


def cost_frame(costs: Sequence[BackendCost], currency: str) -> pd.DataFrame:
    """A line for each backend."""
    return pd.DataFrame(
        {
            "backend": [one.use.backend for one in costs],
            "busy": [_cost_cell(one, currency) for one in costs],
            "as used": [amount(one.as_used, currency) for one in costs],
            "price": [price_words(one.price) for one in costs],
            "p95": [_p95(one) for one in costs],
            "quality": [quality_words(one) for one in costs],
            "comments": [one.use.comments for one in costs],
        }
    )


def quality_words(one: BackendCost) -> str:
    """`91 % (between 88 % and 94 %)`; a dash while too little was judged."""
    if one.quality is None:
        return NONE
    return f"{percent(one.quality.share)} ({interval_words(one.quality.low, one.quality.high)})"


def _cost_cell(one: BackendCost, currency: str) -> str:
    return amount(one.at_full_use, currency) if one.at_full_use is not None else one.unknown


def _p95(one: BackendCost) -> str:
    return duration(one.use.p95_ms) + ("" if one.use.is_realtime else ", batches")


def point_frame(costs: Sequence[BackendCost]) -> pd.DataFrame:
    """One row for each backend with a cost and a p95."""
    rows = [
        {
            "backend": one.use.backend,
            "cost": one.at_full_use,
            "p95_ms": one.use.p95_ms,
            "quality": quality_words(one),
            "says": "beaten by none" if one.is_efficient else "beaten",
        }
        for one in costs
        if one.at_full_use is not None and one.use.p95_ms is not None
    ]
    return pd.DataFrame(rows, columns=["backend", "cost", "p95_ms", "quality", "says"])
