"""What the site pays for its backends."""

from core.config import Settings
from core.servinglog.costs.prices import Price, read_prices


def site_prices(settings: Settings) -> tuple[Price, ...]:
    """Read anew from the prices file; none without one. Raises ConfigError."""
    return read_prices(settings.prices_path)
