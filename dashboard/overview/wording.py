"""The overview in words, for a person on call. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Literal

from core.moderation.policies import Action
from core.services.objectives import ObjectivesReport
from core.services.overview import ServingOverview
from core.servinglog.causes.cause import CauseKind, LikelyCause
from core.servinglog.causes.facts import ChangeKind, Period, SiteChange
from core.servinglog.objectives.alerts import Alert
from core.servinglog.objectives.messages import promise
from core.servinglog.objectives.rules import ObjectiveKind, ObjectiveStatus, Severity
from dashboard.backend_states import Color
from dashboard.figures import counted, duration, percent
from dashboard.wording import ago

Detail = Literal["latency", "backends", "work"]
"""The page that shows more: its folder."""
DETAILS: dict[CauseKind, Detail] = {
    CauseKind.CLOCK: "latency",
    CauseKind.COLD: "backends",
    CauseKind.REFUSING: "backends",
    CauseKind.DEAD: "backends",
    CauseKind.FLAPPING: "backends",
    CauseKind.REPLICA: "latency",
    CauseKind.OVER: "latency",
    CauseKind.LONG_TEXTS: "latency",
    CauseKind.BURST: "latency",
    CauseKind.QUEUE: "latency",
    CauseKind.NETWORK: "latency",
    CauseKind.SLOW: "latency",
    CauseKind.RATE_LIMIT: "latency",
    CauseKind.RESTART: "latency",
    CauseKind.STORE: "latency",
    CauseKind.CALLERS: "latency",
}
DETAIL_LABELS: dict[Detail, str] = {
    "latency": "See the calls",
    "backends": "See the backends",
    "work": "See what waits",
}
TONES: dict[Severity, Color] = {Severity.PAGE: "red", Severity.TICKET: "orange"}
_MILD = (CauseKind.OVER, CauseKind.LONG_TEXTS, CauseKind.COLD, CauseKind.CALLERS)
_UNSCORED: dict[Action, str] = {
    Action.APPROVE: "published unscored",
    Action.HOLD: "held for a person",
    Action.REMOVE: "removed unscored",
    Action.ESCALATE: "escalated unscored",
}
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Headline:
    """The first card: a word or two, its colour, the sentence, what it rests on, what to do, and
    the page with the detail. The words are plain text."""

    title: str
    color: Color
    sentence: str
    evidence: str = ""
    advice: str = ""
    detail: Detail | None = None


def head(view: ServingOverview, zone: tzinfo) -> Headline:
    """What is wrong, or that nothing is."""
    if view.cause is not None:
        return _trouble(view.cause, zone)
    now = view.facts.now
    if not now.requests:
        return Headline(
            "No live traffic", "gray", f"No live request came in the last {_minutes(now)}."
        )
    return Headline("Scoring is healthy", "green", _healthy(now))


def _trouble(cause: LikelyCause, zone: tzinfo) -> Headline:
    since = f" since {cause.since.astimezone(zone):%H:%M}" if cause.since else ""
    return Headline(
        "Over" if cause.kind is CauseKind.OVER else f"Trouble{since}",
        "orange" if cause.kind in _MILD else "red",
        cause.sentence,
        " ".join(cause.evidence),
        cause.advice,
        DETAILS[cause.kind],
    )


def _healthy(now: Period) -> str:
    calls = sum(one.calls for one in now.backends)
    failed = sum(one.failed for one in now.backends)
    if not calls:
        return f"{counted(now.requests, 'request')} came in the last {_minutes(now)}."
    main = now.backends[0]
    what = "none failed" if not failed else f"{failed:,} failed"
    return (
        f"{counted(calls, 'call')} in the last {_minutes(now)}: {what}, half of those to "
        f"{main.backend} answered within {duration(main.p50)}."
    )


def _minutes(period: Period) -> str:
    number = round((period.window.until - period.window.since) / _MINUTE)
    return "hour" if number == 60 else f"{number} minutes"


@dataclass(frozen=True, slots=True)
class ObjectiveTile:
    """One objective: `value` is the budget that is left, `note` how fast it burns."""

    label: str
    value: str
    note: str
    color: Color
    promise: str
    detail: Detail


def objective_tile(status: ObjectiveStatus, alert: Alert | None) -> ObjectiveTile:
    """The tile of one objective."""
    left = status.budget_left
    note, color = _burn(status, alert)
    is_work = status.objective.kind is ObjectiveKind.DECISION
    return ObjectiveTile(
        label=status.objective.name.replace("_", " ").replace("-", " ").capitalize(),
        value="No event yet" if left is None else _left(left),
        note=note,
        color=color,
        promise=promise(status),
        detail="work" if is_work else "latency",
    )


def _burn(status: ObjectiveStatus, alert: Alert | None) -> tuple[str, Color]:
    rule, left, counts = status.burning, status.budget_left, status.period_counts
    if left is None:
        return "", "gray"
    if rule is not None:
        return f"burns {status.burn_rate(rule.long) or 0:,.0f}× too fast", TONES[rule.severity]
    if alert is not None:
        return "burns slower now", "orange"
    return f"{counts.bad:,} of {counts.events:,} missed", "green" if left > 0 else "orange"


def _left(share: float) -> str:
    return "Used up" if share <= 0 else f"{percent(share) if share < 0.995 else '100 %'} left"


def shut_out_lines(view: ServingOverview) -> list[str]:
    """Comments that nothing scored in the last hour, by what became of them."""
    return [
        f"{counted(number, 'comment')} {_UNSCORED[action]}: no backend answered"
        for action, number in _ordered(view.unscored)
    ]


def _ordered(unscored: Mapping[Action, int]) -> Sequence[tuple[Action, int]]:
    return sorted(unscored.items(), key=lambda pair: (-pair[1], pair[0]))


def change_line(change: SiteChange, now: datetime) -> str:
    """`gpu: version 7c1e first seen, 3 min ago`."""
    what = {
        ChangeKind.MODEL: f"{change.subject}: version {change.value} first seen",
        ChangeKind.PROCESS: f"process {change.subject} began to score",
        ChangeKind.POLICY: f"policy version {change.value} in force",
        ChangeKind.THRESHOLDS: f"policy version {change.value} in force, with other thresholds",
    }[change.kind]
    return f"{what}, {ago(change.at, now)}"


def alert_line(alert: Alert, now: datetime, *, has_receiver: bool) -> str:
    """`latency (page): began 12 min ago, over 3 min ago`."""
    told = ", not sent yet" if has_receiver and alert.begin_sent_at is None else ""
    over = f", over {ago(alert.ended_at, now)}" if alert.ended_at else told
    return f"{alert.objective} ({alert.severity}): began {ago(alert.began_at, now)}{over}"


def recent_alerts(report: ObjectivesReport) -> list[Alert]:
    """Those that go on, and those of the last day; the newest first."""
    day = report.until - timedelta(days=1)
    found = [one for one in report.alerts if one.is_open or one.began_at >= day]
    return sorted(found, key=lambda one: (one.is_open, one.began_at), reverse=True)
