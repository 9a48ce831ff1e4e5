"""Times in and out of the tables of the serving log, which hold them in UTC without a zone."""

from datetime import UTC, datetime


def naive(moment: datetime) -> datetime:
    """In UTC without a zone, as in the tables."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def utc(moment: datetime) -> datetime:
    """Back from the tables."""
    return moment.replace(tzinfo=UTC)
