"""Rounds of the same loads on this server and on others in turn, so that a slow minute of the
machine affects all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from core.benchmarks.load_rows import CONNECTIONS, Row

_ALONE, _MOST = f"{CONNECTIONS[0]} connections", f"{CONNECTIONS[-1]} connections"
_COUNTS = ("requests", "refused", "errors")


@dataclass(frozen=True, slots=True)
class Round:
    """`local_rps`: comments per second of the same backend without the API."""

    own: Sequence[Row]
    peers: Sequence[Row]
    local_rps: float


def median_rows(rounds: Iterable[Sequence[Row]]) -> list[Row]:
    """A row for each load: the median of each figure, and the sum of the requests."""
    by_load: dict[str, list[Row]] = {}
    for rows in rounds:
        for row in rows:
            by_load.setdefault(row["load"], []).append(row)
    return [{name: _one(name, found) for name in found[0]} for found in by_load.values()]


def own_share(rounds: Sequence[Round]) -> Row:
    """The API's share of the backend's rate, at the highest number of connections."""
    shares = [_find(each.own, _MOST)["rps"] / each.local_rps for each in rounds]
    local_rps = median(each.local_rps for each in rounds)
    return {"local_runtime_rps": round(local_rps, 1), **ratio("share_of_local_runtime", shares)}


def compare(rounds: Sequence[Round]) -> Row:
    """The API against the fastest peer at the highest number of connections: the median of the
    rounds' ratios, and each of them. Empty without peers."""
    name = _best_peer(median_rows(each.peers for each in rounds))
    # A peer that failed to start is missing from that round; one that answered nothing has a 0.
    load = f"{name}, {_MOST}"
    both = [
        each for each in rounds if any(row["load"] == load and row["rps"] for row in each.peers)
    ]
    if not both:
        return {}
    return {
        "best_peer": name,
        **ratio("rps_over_best_peer", [_quotient(each, name, _MOST, "rps") for each in both]),
        **ratio("p99_over_best_peer", [_quotient(each, name, _MOST, "p99_ms") for each in both]),
        **ratio(
            "p50_alone_over_best_peer", [_quotient(each, name, _ALONE, "p50_ms") for each in both]
        ),
    }


def _best_peer(rows: Sequence[Row]) -> str:
    most = [row for row in rows if row["load"].endswith(f", {_MOST}")]
    best = max(most, key=lambda row: float(row["rps"]), default={"load": ""})
    return str(best["load"]).removesuffix(f", {_MOST}")


def _quotient(found: Round, peer: str, load: str, figure: str) -> float:
    return float(_find(found.own, load)[figure] / _find(found.peers, f"{peer}, {load}")[figure])


def _find(rows: Sequence[Row], load: str) -> Row:
    return next(row for row in rows if row["load"] == load)


def ratio(name: str, found: Sequence[float]) -> Row:
    """The median of the rounds' values, and all of them."""
    return {name: round(median(found), 3), f"{name}_rounds": [round(each, 3) for each in found]}


def _one(name: str, rows: Sequence[Row]) -> object:
    values = [row[name] for row in rows]
    if name in _COUNTS:
        return sum(values)
    if not isinstance(values[0], float):
        return values[0]
    return round(median(values), 2)
