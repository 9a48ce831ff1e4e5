"""The OpenTelemetry collector, if its packages are there."""

from typing import TYPE_CHECKING

from core.errors import MissingExtra

if TYPE_CHECKING:
    from core.servinglog.telemetry.export import Receiver


def open_collector() -> "Receiver":
    """It is asked for nothing before something is sent. Raises MissingExtra."""
    try:
        from core.servinglog.telemetry.collector import Collector
    except ImportError as error:
        raise MissingExtra(
            'exporting to a collector needs: pip install "moderation-console[opentelemetry]" '
            f"({error.name} is missing)"
        ) from error
    return Collector()
