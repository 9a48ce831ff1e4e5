"""The words and numbers of the page Work."""

from datetime import datetime, timedelta
from enum import StrEnum

import pandas as pd

from core.moderation.backlog import AHEAD_DAYS, FEWEST_DAYS, Forecast
from core.moderation.inbox import InboxItem, InboxKind
from core.moderation.policies import Action
from core.moderation.queue import Count
from core.moderation.response_times import Step, targets
from core.services.work import WorkReport
from core.store.work_base import StepTimes
from dashboard.figures import NONE
from dashboard.staff_texts import count, decimal, number, said, say
from dashboard.wording import TRIGGERS, ago

STEPS = said("work.step", Step)
_DECIDED = said("work.decided", (Action.APPROVE, Action.REMOVE, Action.ESCALATE))
_UNITS = ((86_400, "days"), (3_600, "hours"), (60, "minutes"), (1, "seconds"))
_SHORTEST_S = 0.1


class WorkSpan(StrEnum):
    """The times to choose from; the strings are in the page's address."""

    DAY = "24 h"
    WEEK = "7 days"
    MONTH = "30 days"


SPANS: dict[WorkSpan, timedelta] = {
    WorkSpan.DAY: timedelta(days=1),
    WorkSpan.WEEK: timedelta(days=7),
    WorkSpan.MONTH: timedelta(days=30),
}


def wait(span: timedelta | None) -> str:
    """`< 0.1 s`, `0.2 s`, `45 s`, `4.2 min`, `3 h`, `2.5 d`; a dash for none."""
    if span is None:
        return NONE
    seconds = span.total_seconds()
    if seconds < _SHORTEST_S:
        return f"< {say('work.unit.seconds', figure=decimal(_SHORTEST_S, 1))}"
    size, unit = next((each for each in _UNITS if seconds >= each[0]), _UNITS[-1])
    figure = seconds / size
    digits = 0 if f"{figure:.1f}".endswith(".0") else 1
    return say(f"work.unit.{unit}", figure=decimal(figure, digits))


def summary(report: WorkReport) -> str:
    """What waits now, and whether anything waits too long."""
    return f"{_waiting(report)} {_late(report)}"


def _waiting(report: WorkReport) -> str:
    if not report.waiting:
        return say("work.waiting.none")
    oldest = min(queue.oldest_at for queue in report.queues if queue.oldest_at is not None)
    return count("work.waiting", report.waiting, ago=ago(oldest, report.until))


def _late(report: WorkReport) -> str:
    if not any(step.ended or step.waiting for step in report.steps):
        return say("work.late.nothing_happened")
    late = [
        f"{STEPS[step.step]} ({number(step.breaches)})" for step in report.steps if step.breaches
    ]
    return say("work.late.some", steps=", ".join(late)) if late else say("work.late.none")


def inbox_words(item: InboxItem, report: WorkReport) -> str:
    """`3 escalated, the oldest 2 h ago`."""
    many, found = item.count.number, _figure(item.count)
    if item.kind is InboxKind.OVERDUE:
        return count("work.inbox.overdue", many, found=found, hours=str(report.review_hours))
    key = f"work.inbox.{item.kind.name.lower()}"
    if item.oldest_at is None:
        return count(key, many, found=found)
    return count(f"{key}_oldest", many, found=found, ago=ago(item.oldest_at, report.until))


def _figure(found: Count) -> str:
    return number(found.number) if found.is_exact else f"{number(found.number)}+"


def appeals_words(appeals: StepTimes) -> str:
    """`2 appeals, 1 past its date`."""
    words = count("work.appeals", appeals.waiting)
    if not appeals.overdue:
        return words
    return count("work.appeals_overdue", appeals.overdue, appeals=words)


def forecast_words(report: WorkReport) -> str:
    """What will wait in a week, if the days to come are like the last ones."""
    found = report.forecast
    if found is None:
        return say("work.forecast.too_few", days=number(FEWEST_DAYS))
    values = {
        "ahead": number(AHEAD_DAYS),
        "days": number(found.days),
        "opened": decimal(found.opened, 1),
        "decided": decimal(found.decided, 1),
    }
    if found.low == found.high:
        words = count("work.forecast.certain", found.middle, **values)
    else:
        values |= {"low": number(found.low), "high": number(found.high)}
        words = count("work.forecast.range", found.middle, **values)
    return f"{words} {_empty(found, report.waiting)}".rstrip()


def _empty(found: Forecast, waiting: int) -> str:
    days = found.empty_after_days(waiting)
    if not waiting:
        return ""
    if days is not None:
        return say("work.forecast.empty", days=decimal(max(days, 0.1), 1))
    return say("work.forecast.grows" if found.opened > found.decided else "work.forecast.stays")


def step_frame(report: WorkReport) -> pd.DataFrame:
    """One row for each step."""
    allowed, own_date = targets(report.review_hours), say("work.column.own_date")
    return pd.DataFrame(
        [
            {
                say("work.column.step"): STEPS[step.step],
                say("work.column.median"): wait(step.median),
                say("work.column.ninth_tenth"): wait(step.ninth_tenth),
                say("work.column.target"): (
                    wait(allowed[step.step]) if step.step in allowed else own_date
                ),
                say("work.column.ended"): step.ended,
                say("work.column.late"): step.late,
                say("work.column.waiting"): step.waiting,
                say("work.column.overdue"): step.overdue,
                say("work.column.oldest"): _since(step.oldest_at, report.until),
            }
            for step in report.steps
        ]
    )


def _since(moment: datetime | None, now: datetime) -> str:
    return NONE if moment is None else ago(moment, now)


def queue_frame(report: WorkReport) -> pd.DataFrame:
    """One row for each reason why cases are opened, the most waiting first."""
    ordered = sorted(report.queues, key=lambda queue: (-queue.waiting, -queue.decided))
    return pd.DataFrame(
        [
            {
                say("work.column.why"): TRIGGERS[queue.trigger],
                say("work.column.waiting"): queue.waiting,
                say("work.column.oldest"): _since(queue.oldest_at, report.until),
                say("work.column.decided"): queue.decided,
                say("work.column.median_wait"): wait(queue.median),
            }
            for queue in ordered
        ]
    )


def people_frame(report: WorkReport) -> pd.DataFrame:
    """One row for each person by name: how many, and never how fast."""
    counts: dict[str, dict[Action, int]] = {}
    for found in report.people:
        row = counts.setdefault(found.actor, dict.fromkeys(_DECIDED, 0))
        if found.action in _DECIDED:
            row[found.action] += found.number
    return pd.DataFrame(
        [
            {
                say("work.column.person"): actor,
                **{_DECIDED[action]: many for action, many in counts[actor].items()},
            }
            for actor in sorted(counts, key=str.casefold)
        ]
    )
