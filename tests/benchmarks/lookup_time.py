"""How long a look-up takes for known and for unknown references, in one run:
`python -m tests.benchmarks.lookup_time 2000` (comments)."""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import select

from core.bootstrap.services import Services
from core.errors import NotFound
from core.identifiers import new_reference
from core.moderation.comments import IncomingComment
from core.moderation.permissions import SYSTEM
from core.services.ingest import ingest
from core.services.lookup import look_up
from core.services.score import score_waiting
from core.store.sql.store import SqlStore
from core.store.sql.tables import revisions
from tests.benchmarks.measured import print_table
from tests.factories import (
    CLEAN,
    HELD,
    REMOVED,
    appealed,
    edited,
    heard,
    make_services,
    removed_by_person,
    scored,
)

SEED = 68
ROUNDS = 2_000
MS = 1e3
MALFORMED = "no such thing"


def main(comments: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        services, other = (make_services(Path(folder) / name) for name in ("site", "other"))
        with closing(services), closing(other):
            known = fill(services, comments)
            foreign = fill(other, 100)
            times = measure(
                services,
                {
                    "known": lambda chance: chance.choice(known),
                    "unknown": lambda _: new_reference(),
                    "foreign": lambda chance: chance.choice(foreign),
                    "malformed": lambda _: MALFORMED,
                },
            )
    table = {
        "benchmark": "lookup_time",
        "command": f"python -m tests.benchmarks.lookup_time {comments}",
        "comments": comments,
        "look_ups_of_each_kind": ROUNDS,
        "ms": {kind: spread(each) for kind, each in times.items()},
        "median_to_known": {
            kind: round(statistics.median(each) / statistics.median(times["known"]), 3)
            for kind, each in times.items()
        },
    }
    print_table(table)


def fill(services: Services, comments: int) -> list[str]:
    """Comments as a site has them: most are visible, some held, removed, edited or appealed."""
    now = services.clock.now()
    rows = [
        IncomingComment("site", f"n-{number}", f"{CLEAN} {number}", "sam", now)
        for number in range(comments)
    ]
    list(ingest(services.context, SYSTEM, rows))
    list(score_waiting(services.context, services.scorer))
    for _ in range(comments // 100):
        scored(services, HELD)
        scored(services, REMOVED)
        edited(services, scored(services, REMOVED), CLEAN)
        heard(services, appealed(services, removed_by_person(services)), overturn=False)
    store = services.context.store
    assert isinstance(store, SqlStore)
    with store.transaction() as connection:
        return list(connection.execute(select(revisions.c.reference)).scalars())


def measure(
    services: Services, kinds: dict[str, Callable[[random.Random], str]]
) -> dict[str, list[float]]:
    """Milliseconds of each look-up; the kinds take turns, so that each meets the same machine."""
    chance = random.Random(SEED)
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    for turn in range(-100, ROUNDS):
        for kind, reference_of in kinds.items():
            reference = reference_of(chance)
            started = time.perf_counter()
            with suppress(NotFound):
                look_up(services.context, reference)
            took = time.perf_counter() - started
            if turn >= 0:  # the first ones warm up
                times[kind].append(took * MS)
    return times


def spread(times: list[float]) -> dict[str, float]:
    """Quantiles in milliseconds."""
    cuts = statistics.quantiles(times, n=100)
    return {name: round(cuts[at - 1], 3) for name, at in (("p5", 5), ("p50", 50), ("p95", 95))}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
