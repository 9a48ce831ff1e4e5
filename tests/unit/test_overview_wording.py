"""The words of the overview."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.moderation.policies import Action
from core.services.objectives import ObjectivesReport
from core.services.overview import ServingOverview
from core.servinglog.causes.cause import CauseKind, LikelyCause
from core.servinglog.causes.facts import (
    BackendPeriod,
    ChangeKind,
    Facts,
    Period,
    SiteChange,
)
from core.servinglog.objectives.alerts import Alert
from core.servinglog.objectives.rules import (
    EventCounts,
    Objective,
    ObjectiveKind,
    ObjectiveStatus,
    Severity,
    windows_of,
)
from core.servinglog.windows import Window
from dashboard.overview.charts import busiest_pair, phase_rows
from dashboard.overview.wording import (
    alert_line,
    change_line,
    head,
    objective_tile,
    recent_alerts,
    shut_out_lines,
)

NOW = datetime(2026, 11, 1, 3, tzinfo=UTC)
GPU = BackendPeriod("gpu", 40, 39, 57.0, 90.0, 1.0, None, 50.0, 6.0, failures={"timeout": 1})
ALERT = Alert("a", "latency", Severity.PAGE, NOW - timedelta(minutes=12))
OBJECTIVE = Objective("latency", ObjectiveKind.LATENCY, 0.99, within=timedelta(seconds=0.5))


def view(
    *backends: BackendPeriod, requests: int = 40, cause: LikelyCause | None = None
) -> ServingOverview:
    now = Period(Window(NOW - timedelta(minutes=2), NOW), backends, requests=requests)
    before = Period(Window(NOW - timedelta(hours=1), NOW), (replace(GPU, p50=50.0),))
    return ServingOverview(NOW, Facts(now, before), cause, (), (), {})


def test_healthy_period() -> None:
    words = head(view(GPU), UTC)
    assert (words.title, words.color) == ("Scoring is healthy", "green")
    assert words.sentence == (
        "40 calls in the last 2 minutes: 1 failed, half of those to gpu answered within 57 ms."
    )


def test_no_traffic_is_not_called_healthy() -> None:
    words = head(view(requests=0), UTC)
    assert (words.title, words.color) == ("No live traffic", "gray")


def test_only_refusals_are_counted_as_requests() -> None:
    assert head(view(requests=3), UTC).sentence == "3 requests came in the last 2 minutes."


@pytest.mark.parametrize(
    ("kind", "since", "title", "color"),
    [
        (CauseKind.SLOW, NOW, "Trouble since 03:00", "red"),
        (CauseKind.QUEUE, None, "Trouble", "red"),
        (CauseKind.LONG_TEXTS, NOW, "Trouble since 03:00", "orange"),
        (CauseKind.OVER, NOW, "Over", "orange"),
    ],
)
def test_trouble(kind: CauseKind, since: datetime | None, title: str, color: str) -> None:
    cause = LikelyCause(kind, "gpu", "It is slow.", ("A.", "B."), "Wait.", since)
    words = head(view(GPU, cause=cause), UTC)
    assert (words.title, words.color) == (title, color)
    assert (words.sentence, words.evidence, words.advice) == ("It is slow.", "A. B.", "Wait.")


def status(bad: int, long_bad: int = 0, events: int = 1_000) -> ObjectiveStatus:
    counts = {span: EventCounts(events, long_bad) for span in windows_of(OBJECTIVE)}
    return ObjectiveStatus(OBJECTIVE, counts | {OBJECTIVE.period: EventCounts(events, bad)})


@pytest.mark.parametrize(
    ("known", "alert", "value", "note", "color"),
    [
        (status(0), None, "100 % left", "0 of 1,000 missed", "green"),
        (status(5), None, "50 % left", "5 of 1,000 missed", "green"),
        (status(12), None, "Used up", "12 of 1,000 missed", "orange"),
        (status(400, 400), ALERT, "Used up", "burns 40× too fast", "red"),
        (status(5, 6), ALERT, "50 % left", "burns slower now", "orange"),
        (status(0, 0, 0), None, "No event yet", "", "gray"),
    ],
)
def test_objective(
    known: ObjectiveStatus, alert: Alert | None, value: str, note: str, color: str
) -> None:
    tile = objective_tile(known, alert)
    assert (tile.label, tile.value, tile.note, tile.color) == ("Latency", value, note, color)
    assert tile.promise == "99 % of calls answered in 500 ms, 30 days"


def test_unscored_comments() -> None:
    unscored = {Action.HOLD: 1, Action.APPROVE: 12}
    assert shut_out_lines(replace(view(), unscored=unscored)) == [
        "12 comments published unscored: no backend answered",
        "1 comment held for a person: no backend answered",
    ]


@pytest.mark.parametrize(
    ("kind", "subject", "words"),
    [
        (ChangeKind.MODEL, "gpu", "gpu: version 7c1e first seen, 3 min ago"),
        (ChangeKind.PROCESS, "api-7", "process api-7 began to score, 3 min ago"),
        (ChangeKind.POLICY, "", "policy version 7c1e in force, 3 min ago"),
    ],
)
def test_change(kind: ChangeKind, subject: str, words: str) -> None:
    change = SiteChange(kind, subject, "7c1e", NOW - timedelta(minutes=3))
    assert change_line(change, NOW) == words


def test_alert() -> None:
    assert alert_line(ALERT, NOW, has_receiver=False) == "latency (page): began 12 min ago"
    assert alert_line(ALERT, NOW, has_receiver=True).endswith("ago, not sent yet")
    over = replace(ALERT, ended_at=NOW - timedelta(minutes=3))
    assert alert_line(over, NOW, has_receiver=True).endswith("began 12 min ago, over 3 min ago")


def test_open_alerts_come_first_and_old_ones_go() -> None:
    old = replace(ALERT, id="o", began_at=NOW - timedelta(days=3), ended_at=NOW)
    long = replace(ALERT, id="l", began_at=NOW - timedelta(days=3))
    over = replace(ALERT, id="e", ended_at=NOW)
    found = recent_alerts(ObjectivesReport(NOW, (), [old, long, over]))
    assert [one.id for one in found] == ["l", "e"]


def test_phases_add_up_to_the_median() -> None:
    pair = busiest_pair(view(GPU).facts)
    assert pair is not None
    rows = phase_rows(*pair)
    assert rows.groupby("period")["ms"].sum().to_dict() == {"before": 57.0, "now": 57.0}
    assert busiest_pair(view().facts) is None
