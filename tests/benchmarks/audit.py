"""How fast the audit log is verified: `python -m tests.benchmarks.audit 5000000` (events)."""

import os
import random
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from core.bootstrap.state import open_home_store
from core.config import Settings
from core.moderation.audit_chain import StoredEvent, check_chain, digest_of, link_after
from core.store.sql.store import SqlStore
from core.store.sql.tables import audit_events
from tests.benchmarks.measured import print_table, rss_mb

SEED = 15
CHUNK = 50_000
ROUNDS = 3


def main(events: int) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(open_home_store(Settings(home=Path(folder)))) as store,
    ):
        fill(store, events)
        rates = [verify(store, events) for _ in range(ROUNDS)]
    table = {
        "benchmark": "audit",
        "command": f"python -m tests.benchmarks.audit {events}",
        "events": events,
        "rows_per_s": [round(rate) for rate, _ in rates],
        "grown_mb": [round(grown) for _, grown in rates],
    }
    print_table(table)


def fill(store: SqlStore, events: int) -> None:
    """Events as reviews leave them. Their links are made here: the statement that stores a single
    event is not what is measured."""
    chance = random.Random(SEED)
    link = ""
    for start in range(0, events, CHUNK):
        rows = []
        for seq in range(start + 1, min(start + CHUNK, events) + 1):
            ids = [f"{chance.getrandbits(128):032x}" for _ in range(4)]
            told = f'{{"action": "approve", "decision": "{ids[2]}", "reference": "{ids[3][:12]}"}}'
            event = StoredEvent(seq, ids[0], "decision.reviewed", "mina", ids[1], seq, told, "")
            link = link_after(link, digest_of(event))
            rows.append(event._replace(link=link)._asdict())
        with store.transaction() as connection:
            connection.execute(audit_events.insert(), rows)


def verify(store: SqlStore, events: int) -> tuple[float, float]:
    """Events a second, and by how many megabytes the process grew."""
    before, started = rss_mb(os.getpid()), time.perf_counter()
    with store.read() as reader:
        check = check_chain(reader.audit_chain(), reader.audit_head())
    took = time.perf_counter() - started
    assert check.is_whole
    assert check.events == events
    return events / took, rss_mb(os.getpid()) - before


if __name__ == "__main__":
    main(int(sys.argv[1]))
