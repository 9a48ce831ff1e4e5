"""The overview in words, for a person on call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Literal

from core.moderation.policies import Action
from core.services.objectives import ObjectivesReport
from core.services.overview import ServingOverview
from core.servinglog.causes.cause import CauseKind, LikelyCause
from core.servinglog.causes.facts import Period, SiteChange
from core.servinglog.objectives.alerts import Alert
from core.servinglog.objectives.rules import ObjectiveKind, ObjectiveStatus, Severity
from dashboard.backend_states import Color
from dashboard.figures import duration, percent, significant
from dashboard.overview.cause_words import in_own_words
from dashboard.staff_texts import count, decimal, number, said, say, staff_texts
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
TONES: dict[Severity, Color] = {Severity.PAGE: "red", Severity.TICKET: "orange"}
_SEVERITIES = said("overview.severity", Severity)
_MILD = (CauseKind.OVER, CauseKind.LONG_TEXTS, CauseKind.COLD, CauseKind.CALLERS)
_MINUTE = timedelta(minutes=1)
_UNITS = ((3600, "h"), (60, "min"), (1, "s"))


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
        words = say("overview.head.nothing_came", span=_span(now))
        return Headline(say("overview.head.quiet"), "gray", words)
    return Headline(say("overview.head.healthy"), "green", _healthy(now))


def _trouble(cause: LikelyCause, zone: tzinfo) -> Headline:
    return Headline(
        _trouble_title(cause, zone),
        "orange" if cause.kind in _MILD else "red",
        in_own_words(cause.sentence),
        " ".join(map(in_own_words, cause.evidence)),
        in_own_words(cause.advice),
        DETAILS[cause.kind],
    )


def _trouble_title(cause: LikelyCause, zone: tzinfo) -> str:
    if cause.kind is CauseKind.OVER:
        return say("overview.head.over")
    if cause.since is None:
        return say("overview.head.trouble")
    return say("overview.head.trouble_since", time=f"{cause.since.astimezone(zone):%H:%M}")


def _healthy(now: Period) -> str:
    calls = sum(one.calls for one in now.backends)
    failed = sum(one.failed for one in now.backends)
    if not calls:
        return count("overview.requests", now.requests, span=_span(now))
    main = now.backends[0]
    return count(
        "overview.answered",
        calls,
        span=_span(now),
        what=count("overview.failed", failed) if failed else say("overview.head.none_failed"),
        backend=main.backend,
        time=duration(main.p50),
    )


def _span(period: Period) -> str:
    minutes = round((period.window.until - period.window.since) / _MINUTE)
    if minutes == 60:
        return say("overview.head.hour")
    return say("overview.head.minutes", minutes=number(minutes))


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
        label=_label(status.objective.name),
        value=say("overview.objectives.no_event") if left is None else _left(left),
        note=note,
        color=color,
        promise=_promise(status),
        detail="work" if is_work else "latency",
    )


def _label(name: str) -> str:
    return _objective(name).replace("_", " ").replace("-", " ").capitalize()


def _objective(name: str) -> str:
    """In the reader's words if it is one that there is without a file."""
    key = f"overview.objective.{name}"
    return say(key) if staff_texts().has(key) else name


def _promise(status: ObjectiveStatus) -> str:
    """`99 % of calls answered in 500 ms, 30 days`."""
    objective = status.objective
    kind = objective.kind.value
    if objective.kind is ObjectiveKind.DECISION:
        kind = objective.step or "anybody"
    return count(
        f"overview.promise.{kind}",
        objective.days,
        share=say("common.unit.percent", figure=significant(objective.share * 100, 10)),
        within=_within(objective.within.total_seconds()) if objective.within else "",
    )


def _within(seconds: float) -> str:
    for size, unit in _UNITS:
        if seconds >= size:
            return say(f"overview.within.{unit}", figure=significant(seconds / size, 4))
    return say("overview.within.ms", figure=significant(seconds * 1000, 4))


def _burn(status: ObjectiveStatus, alert: Alert | None) -> tuple[str, Color]:
    rule, left, counts = status.burning, status.budget_left, status.period_counts
    if left is None:
        return "", "gray"
    if rule is not None:
        factor = decimal(status.burn_rate(rule.long) or 0, 0)
        return say("overview.objectives.burns", factor=factor), TONES[rule.severity]
    if alert is not None:
        return say("overview.objectives.slower"), "orange"
    missed = say("overview.objectives.missed", bad=number(counts.bad), events=number(counts.events))
    return missed, "green" if left > 0 else "orange"


def _left(share: float) -> str:
    if share <= 0:
        return say("overview.objectives.used_up")
    return say("overview.objectives.left", share=percent(share))


def shut_out_lines(view: ServingOverview) -> list[str]:
    """Comments that nothing scored in the last hour, by what became of them."""
    return [
        count(f"overview.unscored.{action.name.lower()}", comments)
        for action, comments in _ordered(view.unscored)
    ]


def _ordered(unscored: Mapping[Action, int]) -> Sequence[tuple[Action, int]]:
    return sorted(unscored.items(), key=lambda pair: (-pair[1], pair[0]))


def change_line(change: SiteChange, now: datetime) -> str:
    """`gpu: version 7c1e first seen, 3 min ago`."""
    return say(
        f"overview.change.{change.kind.name.lower()}",
        subject=change.subject,
        value=change.value,
        ago=ago(change.at, now),
    )


def alert_line(alert: Alert, now: datetime, *, has_receiver: bool) -> str:
    """`latency (page): began 12 min ago, over 3 min ago`."""
    state = "not_sent" if has_receiver and alert.begin_sent_at is None else "began"
    return say(
        f"overview.alerts.{'ended' if alert.ended_at else state}",
        objective=_objective(alert.objective),
        severity=_SEVERITIES[alert.severity],
        began=ago(alert.began_at, now),
        ended=ago(alert.ended_at, now) if alert.ended_at else "",
    )


def recent_alerts(report: ObjectivesReport) -> list[Alert]:
    """Those that go on, and those of the last day; the newest first."""
    day = report.until - timedelta(days=1)
    found = [one for one in report.alerts if one.is_open or one.began_at >= day]
    return sorted(found, key=lambda one: (one.is_open, one.began_at), reverse=True)
