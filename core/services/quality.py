"""How far people agree, how often each is right on golden items, and what the model misses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.moderation.agreement import Agreement
from core.moderation.estimates import MissedAbuse, missed_abuse
from core.moderation.look_figures import (
    GoldenResult,
    PairFigures,
    ReasonFigures,
    by_pair,
    by_reason,
    golden_results,
    overall,
)
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.policies import Policy
from core.moderation.second_looks import told_to_oneself
from core.services.context import Context
from core.services.policy_history import PolicyHistory
from core.services.statements import check_span

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class QualityReport:
    """Second answers given in a span, and what the model approved in it. `found` is None without an
    answer; `share` is that of decisions that is drawn now. Golden results are of all time;
    `disagreements` and `waiting` are those of the moment."""

    since: datetime
    until: datetime
    share: float
    found: Agreement | None
    pairs: Sequence[PairFigures]
    reasons: Sequence[ReasonFigures]
    disagreements: int
    waiting: int
    golden: Sequence[GoldenResult]
    missed: MissedAbuse
    policy: Policy


def load_quality(
    context: Context, actor: Actor, past: PolicyHistory, since: datetime
) -> QualityReport:
    """The report from `since` until now. Raises PermissionDenied, and InvalidInput for a span that
    has not begun."""
    check_can(actor, Permission.SEE_QUALITY)
    until = context.clock.now()
    check_span(since, until)
    history = past.read()
    history = history.at(history.decided_at >= (since - _EPOCH) // _MICROSECOND)
    with context.store.read() as reader:
        looks = reader.answered_looks(since, until)
        return QualityReport(
            since=since,
            until=until,
            share=context.shares.second_look,
            found=overall(looks),
            pairs=by_pair(looks),
            reasons=by_reason(looks),
            disagreements=reader.count_disagreements(),
            waiting=reader.count_looks_waiting(until),
            golden=golden_results(reader.golden_answers()),
            missed=missed_abuse(history),
            policy=reader.policy_in_force(),
        )


def load_own_golden(context: Context, actor: Actor) -> GoldenResult | None:
    """How often the actor was right on golden items until a day ago; None if they had met none. It
    does not say on which."""
    check_can(actor, Permission.TAKE_SECOND_LOOKS)
    with context.store.read() as reader:
        answers = reader.golden_answers()
    own = [given for given in answers if given.answer.actor == actor.id]
    own = told_to_oneself(own, context.clock.now())
    return next(iter(golden_results(own)), None)
