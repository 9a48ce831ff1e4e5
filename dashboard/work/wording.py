"""The words and numbers of the page Work. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

import pandas as pd

from core.moderation.backlog import AHEAD_DAYS, FEWEST_DAYS, Forecast
from core.moderation.inbox import InboxItem, InboxKind
from core.moderation.policies import Action
from core.moderation.response_times import Step, targets
from core.services.work import WorkReport
from core.store.work_base import StepTimes
from dashboard.figures import NONE, counted
from dashboard.wording import TRIGGERS, ago

STEPS: dict[Step, str] = {
    Step.MODEL: "comment to model",
    Step.PERSON: "case to person",
    Step.SITE: "decision to site",
    Step.AUTHOR: "decision to author",
    Step.APPEAL: "appeal to outcome",
}
HOW = (
    "The dot is the median, the line ends where nine of ten were done, and the orange mark is "
    "what a step should take. A case that was reopened counts from its last opening; an appeal has "
    "the date that its author was told, and one that was closed because its text was gone is left "
    "out."
)
NO_MESSAGES = "The site and authors are told by the outbox, which no message has left yet."
NOBODY = "Nobody decided in this time."
NO_CASES = "No case waits, and none was decided in this time."
TOO_FEW_DAYS = f"A forecast needs {FEWEST_DAYS} whole days on which cases were opened or decided."
NOTHING_IN_INBOX = "Nothing was escalated or reopened, nothing waits too long, and no appeal waits."
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
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
        return f"< {_SHORTEST_S} s"
    size, name = next((unit for unit in _UNITS if seconds >= unit[0]), _UNITS[-1])
    return f"{seconds / size:.1f}".removesuffix(".0") + f" {name}"


def summary(report: WorkReport) -> str:
    """What waits now, and whether anything waits too long."""
    if not report.waiting:
        waits = "No case waits for a person."
    else:
        oldest = min(queue.oldest_at for queue in report.queues if queue.oldest_at is not None)
        verb = "waits" if report.waiting == 1 else "wait"
        waits = (
            f"{counted(report.waiting, 'case')} {verb} for a person; the oldest was opened "
            f"{ago(oldest, report.until)}."
        )
    if not any(step.ended or step.waiting for step in report.steps):
        return f"{waits} Nothing happened in this time."
    late = [f"{STEPS[step.step]} ({step.breaches:,})" for step in report.steps if step.breaches]
    if not late:
        return f"{waits} Nothing took longer than it should."
    return f"{waits} Took longer than they should: {', '.join(late)}."


def inbox_words(item: InboxItem, report: WorkReport) -> str:
    """`3 escalated, the oldest 2 h ago`."""
    what = {
        InboxKind.ESCALATED: "escalated",
        InboxKind.OVERDUE: f"waiting for more than {report.review_hours} h",
        InboxKind.REOPENED: "reopened",
    }[item.kind]
    words = f"{item.count} {what}"
    if item.oldest_at is None or item.kind is InboxKind.OVERDUE:
        return words
    return f"{words}, the oldest {ago(item.oldest_at, report.until)}"


def appeals_words(appeals: StepTimes) -> str:
    """`2 appeals, 1 past its date`."""
    words = counted(appeals.waiting, "appeal")
    if not appeals.overdue:
        return words
    return f"{words}, {appeals.overdue:,} past {'its' if appeals.overdue == 1 else 'their'} date"


def forecast_words(report: WorkReport) -> str:
    """What will wait in a week, if the days to come are like the last ones."""
    found = report.forecast
    if found is None:
        return TOO_FEW_DAYS
    return (
        f"In {AHEAD_DAYS} days {_range(found)}, if the days to come are like the last "
        f"{found.days}, in which {found.opened:,.1f} cases a day were opened and "
        f"{found.decided:,.1f} decided."
        f"{_empty(found, report.waiting)}"
    )


def _range(found: Forecast) -> str:
    waits = f"about {counted(found.middle, 'case')} will wait"
    if found.low == found.high:
        return waits
    return f"{waits} (between {found.low:,} and {found.high:,} with a chance of 80 %)"


def _empty(found: Forecast, waiting: int) -> str:
    days = found.empty_after_days(waiting)
    if not waiting:
        return ""
    if days is None:
        grows = found.opened > found.decided
        return f" At that rate the queue {'grows' if grows else 'stays as long as it is'}."
    return f" At that rate it is empty in {max(days, 0.1):,.1f} days."


def step_frame(report: WorkReport) -> pd.DataFrame:
    """One row for each step."""
    allowed = targets(report.review_hours)
    return pd.DataFrame(
        [
            {
                "step": STEPS[step.step],
                "median": wait(step.median),
                "nine of ten": wait(step.ninth_tenth),
                "should take": wait(allowed[step.step]) if step.step in allowed else "its date",
                "ended": step.ended,
                "late": step.late,
                "waiting": step.waiting,
                "overdue": step.overdue,
                "oldest": _since(step, report.until),
            }
            for step in report.steps
        ]
    )


def _since(step: StepTimes, now: datetime) -> str:
    return NONE if step.oldest_at is None else ago(step.oldest_at, now)


def queue_frame(report: WorkReport) -> pd.DataFrame:
    """One row for each reason why cases are opened, the most waiting first."""
    ordered = sorted(report.queues, key=lambda queue: (-queue.waiting, -queue.decided))
    return pd.DataFrame(
        [
            {
                "why": TRIGGERS[queue.trigger],
                "waiting": queue.waiting,
                "oldest": NONE if queue.oldest_at is None else ago(queue.oldest_at, report.until),
                "decided": queue.decided,
                "median wait": wait(queue.median),
            }
            for queue in ordered
        ]
    )


def people_frame(report: WorkReport) -> pd.DataFrame:
    """One row for each person by name: how many, and never how fast."""
    shown = {Action.APPROVE: "approved", Action.REMOVE: "removed", Action.ESCALATE: "escalated"}
    counts: dict[str, dict[str, int]] = {}
    for found in report.people:
        row = counts.setdefault(found.actor, dict.fromkeys(shown.values(), 0))
        if found.action in shown:
            row[shown[found.action]] += found.number
    return pd.DataFrame(
        [{"person": actor, **counts[actor]} for actor in sorted(counts, key=str.casefold)]
    )
