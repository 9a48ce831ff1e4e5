"""The prices file: what a site pays for each of its backends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.errors import ConfigError
from core.named_tables import read_named_tables

_MOST = 1_000_000.0
_LONGEST_CURRENCY = 8


class PriceUnit(StrEnum):
    """What is paid for; the values are the entries of the file. `per_hour`: a machine that scores
    for this site alone, also while it waits."""

    PER_1000_COMMENTS = "per_1000_comments"
    PER_MILLION_TOKENS = "per_million_tokens"
    PER_1000_CALLS = "per_1000_calls"
    PER_HOUR = "per_hour"


@dataclass(frozen=True, slots=True)
class Price:
    """`amount` in `currency` for one `unit` of `backend`, which is named as in the serving log."""

    backend: str
    unit: PriceUnit
    amount: float
    currency: str


def read_prices(path: Path) -> tuple[Price, ...]:
    """The prices in the order of the file; none without a file. Raises ConfigError naming the price
    and the entry that is wrong."""
    tables = read_named_tables(path, "price") or {}
    prices = [_price(f"{path.name}, price {name!r}", name, table) for name, table in tables.items()]
    _check(path.name, prices)
    return tuple(prices)


def _price(place: str, name: str, table: Mapping[str, Any]) -> Price:
    units = [unit for unit in PriceUnit if unit in table]
    if unknown := table.keys() - {"currency", "backend", *PriceUnit}:
        raise ConfigError(f"{place}: unknown entry {min(unknown)!r}")
    if len(units) != 1:
        raise ConfigError(f"{place}: give one of {', '.join(PriceUnit)}")
    (unit,) = units
    amount = table[unit]
    is_number = isinstance(amount, int | float) and not isinstance(amount, bool)
    if not is_number or not 0 <= amount <= _MOST:
        raise ConfigError(f"{place}: `{unit}` is a number from 0 to {_MOST:,.0f}")
    backend = table.get("backend", name)
    currency = table.get("currency", "")
    if not isinstance(backend, str) or not backend:
        raise ConfigError(f"{place}: `backend` is a name")
    if not isinstance(currency, str) or not 0 < len(currency) <= _LONGEST_CURRENCY:
        raise ConfigError(f"{place}: `currency` is missing, for example EUR")
    return Price(backend, unit, float(amount), currency)


def _check(file: str, prices: Sequence[Price]) -> None:
    currencies = sorted({price.currency for price in prices})
    if len(currencies) > 1:
        raise ConfigError(f"{file}: prices in one currency can be compared, not {currencies}")
    names = [price.backend for price in prices]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ConfigError(f"{file}: the backend {twice[0]!r} has two prices")
