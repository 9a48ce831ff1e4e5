"""What costs say, in words for page and command. Pure."""

from collections.abc import Sequence

from core.servinglog.costs.backend_cost import BackendCost
from core.servinglog.costs.prices import Price, PriceUnit

NONE = "–"
_UNITS = {
    PriceUnit.PER_1000_COMMENTS: "1,000 comments",
    PriceUnit.PER_MILLION_TOKENS: "million tokens",
    PriceUnit.PER_1000_CALLS: "1,000 calls",
    PriceUnit.PER_HOUR: "hour",
}
EXAMPLE = """# Each backend by its name on the page Latency & throughput.
[price.onnx]
per_hour = 0.09  # a machine that scores for this site alone
currency = "EUR"

[price.openai]
per_1000_comments = 0.0  # or per_million_tokens, or per_1000_calls
currency = "EUR"
"""


def amount(value: float | None, currency: str) -> str:
    """`EUR 0.013`: two digits that count, since a comment costs little."""
    if value is None:
        return NONE
    digits = 2
    while digits < 8 and 0 < value < 10 ** (1 - digits):
        digits += 1
    whole, _, part = f"{value:,.{digits}f}".partition(".")
    return f"{currency} {whole}.{part[:2]}{part[2:].rstrip('0')}"


def price_words(price: Price | None) -> str:
    """`EUR 0.09 an hour`."""
    if price is None:
        return NONE
    per = "an hour" if price.unit is PriceUnit.PER_HOUR else f"for {_UNITS[price.unit]}"
    if price.unit is PriceUnit.PER_MILLION_TOKENS:
        per = "for a million tokens"
    return f"{amount(price.amount, price.currency)} {per}"


def cost_summary(costs: Sequence[BackendCost], currency: str) -> str:
    """The cheapest backend, and what another one gives for more; or what is lacking."""
    priced = [one for one in costs if one.at_full_use is not None]
    if not costs:
        return "No live call was logged in this time."
    if not priced:
        return "No cost can be told: " + "; ".join(
            f"{one.use.backend}: {one.unknown}" for one in costs
        )
    first = priced[0]
    words = (
        f"{first.use.backend} costs least: {amount(first.at_full_use, currency)} for 1,000 "
        "comments while it is busy"
    )
    if first.as_used is not None and first.as_used != first.at_full_use:
        words += f", {amount(first.as_used, currency)} as it was used"
    beaten = [one.use.backend for one in priced if not one.is_efficient]
    if not beaten:
        return words + "."
    are = "is" if len(beaten) == 1 else "are"
    return f"{words}. {', '.join(beaten)} {are} beaten by another backend in all that is known."
