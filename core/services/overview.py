"""What a person on call sees first: the likely cause, what changed, and who is shut out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.policies import Action
from core.services.context import Context
from core.services.site_changes import list_changes
from core.servinglog.answers import Refused
from core.servinglog.causes.cause import LikelyCause
from core.servinglog.causes.facts import (
    BackendPeriod,
    Facts,
    Period,
    SiteChange,
)
from core.servinglog.causes.likely_cause import likely_cause
from core.servinglog.windows import Window

if TYPE_CHECKING:
    from core.servinglog.queries import ServingLogQueries

NOW_MINUTES = (2, 5, 15, 60)
"""The present is the shortest of these that has enough requests."""
ENOUGH = 30
USUAL = timedelta(hours=24)
"""The present is compared with this much time before the last hour, or, while the log has too
little of that, right before the present."""
LATELY = timedelta(hours=1)
CLOCKS_DIFFER = timedelta(minutes=1)
"""Calls dated later than this are the work of a clock that is wrong: others were logged while the
log was read, or by a machine whose clock is a little ahead."""
_MUCH_SLOWER = 3.0
_ABOVE_P95 = 2.0
_LEAST_LIMIT_MS = 20.0


@dataclass(frozen=True, slots=True)
class ServingOverview:
    """The state of serving at `until`. `changes` and `refused` are those of the last hour, and so
    are `unscored`: the decisions of the failure policy by action."""

    until: datetime
    facts: Facts
    cause: LikelyCause | None
    changes: Sequence[SiteChange]
    refused: Sequence[Refused]
    unscored: Mapping[Action, int]


def view_overview(
    context: Context, actor: Actor, log: "ServingLogQueries", until: datetime
) -> ServingOverview:
    """The overview of the time before `until`. Raises PermissionDenied, StoreError."""
    check_can(actor, Permission.SEE_SERVING)
    facts = _facts(context, log, until)
    hour = Window(until - LATELY, until)
    with context.store.read() as reader:
        unscored = reader.unscored_decisions(hour.since, hour.until)
    return ServingOverview(
        until=until,
        facts=facts,
        cause=likely_cause(facts),
        changes=[one for one in facts.changes if one.at >= hour.since],
        refused=log.refused(hour),
        unscored=unscored,
    )


def find_cause(context: Context, log: "ServingLogQueries", until: datetime) -> LikelyCause | None:
    """The likely cause alone, for an alert. Raises StoreError."""
    return likely_cause(_facts(context, log, until))


def _facts(context: Context, log: "ServingLogQueries", until: datetime) -> Facts:
    from core.servinglog import fact_queries

    now = _present(log, until)
    before = _usual(log, now.window)
    limits = {one.backend: limit for one in before.backends if (limit := _limit_ms(one))}
    lately = Window(until - LATELY, until)
    return Facts(
        now=now,
        before=before,
        bad=fact_queries.bad_calls(log, now.window, limits),
        changes=list_changes(context, log, lately),
        clock_step=fact_queries.clock_step(log, lately),
        future=log.contents(until + CLOCKS_DIFFER).future,
    )


def _present(log: "ServingLogQueries", until: datetime) -> Period:
    from core.servinglog.fact_queries import period

    for minutes in NOW_MINUTES:
        found = period(log, Window(until - timedelta(minutes=minutes), until))
        if found.requests >= ENOUGH:
            break
    return found


def _usual(log: "ServingLogQueries", now: Window) -> Period:
    """Without the last hour, so that an hour of trouble is not taken for usual."""
    from core.servinglog.fact_queries import period

    ended = now.until - LATELY
    found = period(log, Window(ended - USUAL, ended))
    if found.requests >= ENOUGH:
        return found
    return period(log, Window(now.since - USUAL, now.since))


def _limit_ms(before: BackendPeriod) -> float | None:
    """What a call takes that is far slower than usual; None if too little is known of before."""
    if before.p50 is None or before.p95 is None:
        return None
    return max(_MUCH_SLOWER * before.p50, _ABOVE_P95 * before.p95, _LEAST_LIMIT_MS)
