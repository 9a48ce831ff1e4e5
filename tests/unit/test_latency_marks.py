"""Marks over the chart of calls: every kind has words, letters don't cover each other."""

from datetime import UTC, datetime, timedelta

from core.services.site_changes import SiteEvents
from core.servinglog.causes.facts import ChangeKind, SiteChange
from core.servinglog.objectives.alerts import Alert
from core.servinglog.objectives.rules import Severity
from dashboard.latency.charts import Axes
from dashboard.latency.marks import MOST_MARKS, mark_layers, mark_lines, marks
from dashboard.staff_texts import staff_texts

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
AXES = Axes(["onnx · batch"], NOON, NOON + timedelta(hours=1), "UTC")


def changed(kind: ChangeKind, minute: float) -> SiteChange:
    return SiteChange(kind, "gpu", "7c1e", NOON + timedelta(minutes=minute))


def test_every_kind_of_change_has_words() -> None:
    texts = staff_texts()
    assert all(texts.has(f"latency.marked.{kind.name.lower()}") for kind in ChangeKind)


def test_marks_are_lettered_in_the_order_of_time() -> None:
    alert = Alert("1", "latency", Severity.PAGE, NOON + timedelta(minutes=5))
    events = SiteEvents([changed(ChangeKind.THRESHOLDS, 20), changed(ChangeKind.MODEL, 2)], [alert])
    shown = marks(events, AXES.until)
    assert mark_lines(shown, UTC) == [
        "A  29 Nov 12:02:00  gpu: model version 7c1e first seen",
        "B  29 Nov 12:05:00 to 13:00:00  incident: objective latency burned",
        "C  29 Nov 12:20:00  policy version 7c1e in force, with other thresholds",
    ]


def test_only_the_newest_are_marked() -> None:
    many = [changed(ChangeKind.PROCESS, n) for n in range(40)]
    shown = marks(SiteEvents(many, []), AXES.until)
    assert len(shown) == MOST_MARKS
    assert (shown[0].letter, shown[0].at) == ("A", NOON + timedelta(minutes=14))


def test_layers_hold_a_band_for_an_incident_and_join_near_letters() -> None:
    alert = Alert("1", "latency", Severity.PAGE, NOON - timedelta(hours=2))
    events = SiteEvents([changed(ChangeKind.MODEL, 30), changed(ChangeKind.PROCESS, 30.1)], [alert])
    bands, rules, letters = mark_layers(marks(events, AXES.until), AXES)
    assert bands.to_dict()["mark"]["type"] == "rect"
    assert next(iter(rules.data["at"])) == NOON  # an incident that began earlier is cut
    assert list(letters.data["letter"]) == ["A", "B C"]
    assert mark_layers((), AXES) == []
