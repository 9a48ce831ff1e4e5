"""How fast the audit log is verified and its page is read:
`python -m tests.benchmarks.audit 5000000` (events)."""

import os
import random
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.bootstrap.state import open_home_store
from core.config import Settings
from core.moderation.audit import AuditFilter, AuditKind
from core.moderation.audit_chain import StoredEvent, check_chain, digest_of, link_after
from core.services.audit import PAGE_EVENTS
from core.store.sql.store import SqlStore
from core.store.sql.tables import audit_events
from tests.benchmarks.measured import print_table, rss_mb

SEED = 15
CHUNK = 50_000
ROUNDS = 3
SECOND_US = 1_000_000
KINDS = ("decision.automated", "decision.reviewed", "appeal.filed", "policy.stored")
SHARES = (80.0, 19.0, 0.999, 0.001)
PEOPLE = ("system", "mina", "otto", "lena")


def main(events: int) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(open_home_store(Settings(home=Path(folder)))) as store,
    ):
        fill(store, events)
        rates = [verify(store, events) for _ in range(ROUNDS)]
        pages = {name: slowest_ms(store, chosen) for name, chosen in filters(events).items()}
    table = {
        "benchmark": "audit",
        "command": f"python -m tests.benchmarks.audit {events}",
        "events": events,
        "rows_per_s": [round(rate) for rate, _ in rates],
        "grown_mb": [round(grown) for _, grown in rates],
        "slowest_page_ms": pages,
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
            kind, actor = chance.choices(KINDS, SHARES)[0], chance.choice(PEOPLE)
            event = StoredEvent(seq, ids[0], kind, actor, ids[1], seq * SECOND_US, told, "")
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


def filters(events: int) -> dict[str, AuditFilter]:
    """What the page may be asked for; one event was stored each second."""
    middle = datetime.fromtimestamp(events // 2, UTC)
    hour = AuditFilter(since=middle, until=middle + timedelta(hours=1))
    return {
        "everything": AuditFilter(),
        "a rare kind": AuditFilter(kind=AuditKind.POLICY_STORED),
        "a person": AuditFilter(actor="mina"),
        "nobody": AuditFilter(actor="nobody"),
        "a person, a rare kind": AuditFilter(actor="mina", kind=AuditKind.POLICY_STORED),
        "a subject": AuditFilter(subject_id="none"),
        "an hour in the middle": hour,
        "a person, until the middle": AuditFilter(actor="mina", until=middle),
        "a kind that never was, an hour": replace(hour, kind=AuditKind.GROUP_UNDONE),
    }


def slowest_ms(store: SqlStore, chosen: AuditFilter) -> float:
    """Of five readings of the first page and of everybody who is named."""
    took = []
    for _ in range(5):
        started = time.perf_counter()
        with store.read() as reader:
            reader.audit_events(chosen, PAGE_EVENTS + 1, None)
            reader.audit_actors()
        took.append(time.perf_counter() - started)
    return round(max(took) * 1_000, 1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
