"""What a decision costs with the state on PostgreSQL, beside SQLite: the same decisions by the same
service, in turn."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from core.bootstrap.state import open_home_store, open_store
from core.clock import system_clock
from core.config import Settings
from core.errors import InvalidInput
from core.identifiers import new_id
from core.inference.fake import FakeBackend
from core.inference.scorer import Scorer
from core.moderation.comments import IncomingComment
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policies import Action
from core.services.context import Context
from core.services.ingest import ingest
from core.services.policies import ensure_policy
from core.services.review import Review, decide_case
from core.services.score import score_waiting
from core.servinglog.record import DiscardingLog
from core.store.base import Store

ROUNDS = 5
DECISIONS = 200
CLOCK = system_clock()
REVIEWER = Actor("bench", Role.MODERATOR)
TEXT = "You idiot, read the article first."


def run(
    settings: Settings, say: Callable[[str], None], decisions: int = DECISIONS
) -> dict[str, Any]:
    """Milliseconds of a decision, and PostgreSQL's as a multiple of SQLite's. Fills the database of
    MODCONSOLE_STATE_URL. Raises InvalidInput unless that is an empty one."""
    if settings.keeps_state_in_home:
        raise InvalidInput("set MODCONSOLE_STATE_URL to an empty PostgreSQL database to measure")
    took_ms: dict[str, list[list[float]]] = {"SQLite": [], "PostgreSQL": []}
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="modconsole-"))
        server = stack.enter_context(closing(open_store(settings)))
        check_empty(server)
        file = stack.enter_context(closing(open_home_store(replace(settings, home=Path(folder)))))
        contexts = {"SQLite": _context(file), "PostgreSQL": _context(server)}
        for number in range(ROUNDS):
            say(f"round {number + 1} of {ROUNDS}: {decisions} decisions on each")
            held = {name: _held(context, decisions) for name, context in contexts.items()}
            for name, times in _in_turn(contexts, held).items():
                took_ms[name].append(times)
    rows = [{"state": name, **_figures(rounds)} for name, rounds in took_ms.items()]
    ratios = [
        median(theirs) / median(ours)
        for ours, theirs in zip(took_ms["SQLite"], took_ms["PostgreSQL"], strict=True)
    ]
    return {
        "benchmark": "state",
        "decisions": decisions,
        "rows": rows,
        "postgresql_over_sqlite": round(median(ratios), 2),
        "postgresql_over_sqlite_rounds": [round(each, 2) for each in ratios],
    }


def check_empty(store: Store) -> None:
    """Raises InvalidInput if something was stored already."""
    with store.read() as reader:
        if reader.newest_policy() is not None:
            raise InvalidInput("the database of MODCONSOLE_STATE_URL holds a state already")


def _context(store: Store) -> Context:
    context = Context(store=store, clock=CLOCK, appeal_window_days=1)
    ensure_policy(context)
    return context


def _held(context: Context, count: int) -> Sequence[str]:
    """The revisions of new comments that wait for a person."""
    now, names = CLOCK.now(), [new_id() for _ in range(count)]
    rows = [IncomingComment("bench", name, TEXT, "sam", now) for name in names]
    for _ in ingest(context, SYSTEM, rows):
        pass
    for _ in score_waiting(context, Scorer(FakeBackend(), DiscardingLog(), CLOCK)):
        pass
    return list(_latest(context.store, names))


def _latest(store: Store, names: Sequence[str]) -> Iterator[str]:
    with store.read() as reader:
        for name in names:
            comment = reader.comment_by_source("bench", name)
            revision = reader.latest_revision(comment.id) if comment else None
            if revision is not None:
                yield revision.id


def _in_turn(
    contexts: dict[str, Context], held: dict[str, Sequence[str]]
) -> dict[str, list[float]]:
    """One decision here, one there, so that a slow moment of the machine meets both."""
    took_ms: dict[str, list[float]] = {name: [] for name in contexts}
    for each in zip(*held.values(), strict=True):
        for (name, context), revision_id in zip(contexts.items(), each, strict=True):
            review = Review(
                revision_id=revision_id,
                seen_version=1,
                action=Action.APPROVE,
                idempotency_key=new_id(),
            )
            begin_s = CLOCK.monotonic()
            decide_case(context, REVIEWER, review)
            took_ms[name].append((CLOCK.monotonic() - begin_s) * 1000)
    return took_ms


def _figures(rounds: Sequence[Sequence[float]]) -> dict[str, float]:
    middles = [median(times) for times in rounds]
    every = [each for times in rounds for each in times]
    return {
        "p50_ms": round(median(middles), 2),
        "p50_lowest_ms": round(min(middles), 2),
        "p50_highest_ms": round(max(middles), 2),
        "p99_ms": round(quantiles(every, n=100)[-1], 2),
    }
