"""How long the review queue and the search take with a million cases: each page, filter, count and
search, in the services, on a state in SQLite or in the PostgreSQL database of
MODCONSOLE_STATE_URL."""

import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from sqlalchemy import text

from core.benchmarks.queue_data import MODERATORS, NOW, MadeUp, fill
from core.benchmarks.state import check_empty
from core.bootstrap.state import open_store
from core.clock import Clock, system_clock
from core.config import Settings
from core.moderation.cases import CaseStatus, CaseTrigger
from core.moderation.permissions import Actor, Role
from core.moderation.queue import WITHOUT, HeldBy, QueueFilter, QueueOrder, ScoreBand
from core.moderation.scores import Label
from core.services.context import Context
from core.services.policies import ensure_policy
from core.services.queries import load_case
from core.services.queue import arrivals, count_facets, list_queue
from core.services.search import search
from core.store.sql import SqlStore

CASES = 1_000_000
TIMES = 40
DEEP_PAGES = 20
REVIEWER = Actor(MODERATORS[0], Role.MODERATOR)
_HAS_SIZES = "SELECT count(*) FROM pragma_module_list WHERE name = 'dbstat'"
_SIZES = """
    SELECT name, sum(pgsize) AS bytes FROM dbstat WHERE aggregate = TRUE
    GROUP BY name ORDER BY 2 DESC LIMIT 30"""
_SIZES_IN_POSTGRES = """
    SELECT relname, CASE relkind WHEN 'r' THEN pg_table_size(oid) ELSE pg_relation_size(oid) END
    FROM pg_class WHERE relkind IN ('r', 'i')
    AND relnamespace = CAST(CAST(current_schema() AS text) AS regnamespace)
    ORDER BY 2 DESC LIMIT 30"""
CLOSED = (CaseStatus.CLOSED,)
WORK = (CaseStatus.OPEN, CaseStatus.ESCALATED)
FILTERS = {
    "open": QueueFilter(),
    "open and escalated": QueueFilter(statuses=WORK),
    "closed": QueueFilter(statuses=CLOSED),
    "closed, a label": QueueFilter(statuses=CLOSED, label=Label.IDENTITY_ATTACK),
    "a frequent label": QueueFilter(label=Label.TOXICITY),
    "a rare label": QueueFilter(label=Label.IDENTITY_ATTACK),
    "no label": QueueFilter(label=WITHOUT),
    "high scores": QueueFilter(score=ScoreBand(0.9, 1.0)),
    "low scores": QueueFilter(score=ScoreBand(0.5, 0.6)),
    "scores 0.55 to 0.85": QueueFilter(score=ScoreBand(0.55, 0.85)),
    "a frequent source": QueueFilter(source="site-0"),
    "a rare source": QueueFilter(source="site-11"),
    "a source without cases": QueueFilter(source="elsewhere"),
    "a rare language": QueueFilter(language="de"),
    "an author": QueueFilter(author="author-12"),
    "waits for 60 days": QueueFilter(waiting_s=60 * 86_400),
    "of the last day": QueueFilter(opened_since=NOW - timedelta(days=1)),
    "one report": QueueFilter(reports=1),
    "three reports": QueueFilter(reports=3),
    "held by others": QueueFilter(held_by=HeldBy.OTHERS),
    "held by nobody": QueueFilter(held_by=HeldBy.NOBODY),
    "language unknown to the model": QueueFilter(trigger=CaseTrigger.LANGUAGE),
    "label and source": QueueFilter(label=Label.THREAT, source="site-7"),
    "label, source and language": QueueFilter(label=Label.INSULT, source="site-3", language="de"),
    "two that never meet": QueueFilter(label=Label.TOXICITY, trigger=CaseTrigger.LANGUAGE),
    "everything": QueueFilter(
        statuses=WORK,
        label=Label.INSULT,
        score=ScoreBand(0.6, 0.9),
        source="site-1",
        reports=1,
        opened_since=NOW - timedelta(days=60),
        held_by=HeldBy.NOBODY,
    ),
}


def run(settings: Settings, say: Callable[[str], None], cases: int = CASES) -> dict[str, Any]:
    """Milliseconds at the 50th and the 95th percentile. Needs about 4 GB of disk in the folder of
    temporary files, or a server. Raises InvalidInput unless its database is empty."""
    with tempfile.TemporaryDirectory(prefix="modconsole-") as folder:
        used = replace(settings, home=Path(folder))
        with closing(open_store(used)) as store:
            check_empty(store)
            clock = Clock(now=lambda: NOW, monotonic=system_clock().monotonic)
            context = Context(store=store, clock=clock, appeal_window_days=1)
            ensure_policy(context)
            made = fill(store, cases, say)
            return {
                "benchmark": "queue",
                "state": "SQLite" if settings.keeps_state_in_home else "PostgreSQL",
                "cases": cases,
                "rows": list(_measured(context, made, say)),
                "disk": _disk(store),
            }


def _measured(
    context: Context, made: MadeUp, say: Callable[[str], None]
) -> Iterator[dict[str, Any]]:
    for name, work in _works(context, made):
        work()
        took_ms, worked_ms = [], []
        for _ in range(TIMES):
            begin_s, worked_s = context.clock.monotonic(), time.thread_time()
            work()
            worked_ms.append((time.thread_time() - worked_s) * 1000)
            took_ms.append((context.clock.monotonic() - begin_s) * 1000)
        row = {"what": name, "n": TIMES, **_figures(took_ms, worked_ms)}
        say(f"{name}: {row['p50_ms']} ms, {row['p95_ms']} ms at p95")
        yield row


def _figures(took_ms: Sequence[float], worked_ms: Sequence[float]) -> dict[str, float]:
    """By the clock, and of the processor, which other work on the machine does not lengthen."""
    return {
        "p50_ms": round(median(took_ms), 1),
        "p95_ms": round(_p95(took_ms), 1),
        "processor_p50_ms": round(median(worked_ms), 1),
        "processor_p95_ms": round(_p95(worked_ms), 1),
    }


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1]


def _works(context: Context, made: MadeUp) -> Iterator[tuple[str, Callable[[], object]]]:
    """Each with its name. What differs from call to call is drawn, always the same."""
    chance = random.Random(1)

    def page(queue_filter: QueueFilter, order: QueueOrder) -> Callable[[], object]:
        return lambda: list_queue(context, REVIEWER, queue_filter, order)

    def counted(queue_filter: QueueFilter) -> Callable[[], object]:
        return lambda: count_facets(context, REVIEWER, queue_filter)

    def found(queries: Sequence[str]) -> Callable[[], object]:
        return lambda: search(context, REVIEWER, chance.choice(queries))

    for name, queue_filter in FILTERS.items():
        yield f"first page, {name}", page(queue_filter, QueueOrder.PRIORITY)
    for name in ("open", "a rare label", "low scores", "label and source", "everything"):
        for order in (QueueOrder.OLDEST, QueueOrder.SCORE):
            yield f"first page, {name}, order {order}", page(FILTERS[name], order)
    deep = _deep_cursor(context)
    yield "a deep page", lambda: list_queue(context, REVIEWER, QueueFilter(), after=deep)
    for name, queue_filter in FILTERS.items():
        yield f"counts, {name}", counted(queue_filter)
    mark = str(int(list_queue(context, REVIEWER, QueueFilter()).mark) - 1_000)
    yield (
        "arrivals, 1,000 events",
        lambda: arrivals(context, REVIEWER, QueueFilter(label=Label.INSULT), mark),
    )
    yield (
        "one case",
        lambda: load_case(context, REVIEWER, chance.choice(made.revision_ids)),
    )
    words = made.words
    common, rare = words[:20], words[20_000:20_500]
    for name, queries in {
        "common word": common,
        "rare word": rare,
        "common phrase": [f'"{first} {second}"' for first, second in pairwise(common)],
        "phrase, no hit": [f'"{first} {words[0]}"' for first in rare],
        "no hit": ["qqqqq", "zzzzz"],
        "two common words": [f"{first} {second}" for first, second in pairwise(common)],
        "common but not common": [f"{words[0]} -{other}" for other in common[1:]],
        "one of two": [
            f"{first} OR {second}" for first, second in zip(rare[:20], common, strict=True)
        ],
        "prefix": [f"{word[:3]}*" for word in common if len(word) > 2],
        "long prefix": [f"{word[:5]}*" for word in words[:2_000] if len(word) > 5],
        "author": [f"author:author-{number}" for number in range(50)],
        "decided by": [f"by:{name}" for name in MODERATORS],
        "decided by, and a word": [f"by:{name} {words[0]}" for name in MODERATORS],
        "in notes": [f"note:{word}" for word in common],
        "common word, escalated": [f"{word} is:escalated" for word in common],
        "common word, removed": [f"{word} is:removed" for word in common],
        "common word, a label": [f"{word} label:identity_attack" for word in common],
        "common word, before": [f"{word} before:2026-09-10" for word in common],
        "escalated": ["is:escalated"],
        "that no text is": [f"{word} is:open label:obscene by:nobody" for word in common],
    }.items():
        yield f"search, {name}", found(queries)


def _deep_cursor(context: Context) -> str | None:
    """Of a page far down, as many cases as a count counts and more."""
    cursor: str | None = None
    for _ in range(DEEP_PAGES * 4):
        page = list_queue(context, REVIEWER, QueueFilter(), after=cursor, limit=200)
        cursor = page.next
    return cursor


def _disk(store: SqlStore) -> list[dict[str, Any]]:
    """Megabytes on disk by table and index, the largest first; empty if SQLite can't tell."""
    with store.transaction() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite and not connection.execute(text(_HAS_SIZES)).scalar_one():
            return []
        found = connection.execute(text(_SIZES if is_sqlite else _SIZES_IN_POSTGRES))
        return [{"what": name, "MB": round(size / 1e6, 1)} for name, size in found]
