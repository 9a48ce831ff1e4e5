"""The slowest calls of a part of a window, the calls of one request, and what changed meanwhile."""

from datetime import timedelta
from pathlib import Path

from core.bootstrap.objectives import alert_file
from core.bootstrap.services import Services
from core.clock import system_clock
from core.services.site_changes import list_events
from core.services.slow_calls import list_slowest, load_request
from core.servinglog.archive.compaction import compact
from core.servinglog.causes.facts import ChangeKind
from core.servinglog.objectives.alerts import Alert
from core.servinglog.objectives.rules import Severity
from core.servinglog.queries import ServingLogQueries
from core.servinglog.traffic_filter import ALL_TRAFFIC, Traffic
from core.servinglog.windows import Window
from tests.factories import make_services
from tests.integration.policy_calls import published
from tests.integration.test_traffic_service import OPS
from tests.log_stores import aged
from tests.servinglog_records import HOUR, START, put, record

AN_HOUR = timedelta(hours=1)


def test_slowest_of_a_part_alone(tmp_path: Path) -> None:
    put(tmp_path, *(record(f"r{n}", n, total_ms=float(n)) for n in range(100)))
    log = ServingLogQueries(tmp_path)
    part = Window(START + timedelta(seconds=10), START + timedelta(seconds=40))
    found = list_slowest(OPS, log, part, ALL_TRAFFIC)
    assert list(found["request_id"][:2]) == ["r39", "r38"]
    assert len(found) == 30
    assert list_slowest(OPS, log, part, Traffic(backends=("other",))).empty


def test_the_calls_of_a_request_come_with_the_chosen_one(tmp_path: Path) -> None:
    """Rows of the archive, too; another request's call with the same id long before is another."""
    made = [
        record("a", 0, backend="gpu", error_kind="timeout", caller_request_id="q1", server_ms=3.0),
        record("b", 0.9, caller_request_id="q1", wait_ms=0.5),
        record("c", 0.5, caller_request_id="q2"),
        record("a", 7000, caller_request_id="q3"),
    ]
    aged(put(tmp_path, *made, name="api-1-1-0.jsonl"))
    for log in (ServingLogQueries(tmp_path), ServingLogQueries(tmp_path)):
        found = load_request(OPS, log, "b", START)
        assert [(one.request_id, one.started_at) for one in found] == [
            ("a", START),
            ("b", START + timedelta(seconds=0.9)),
        ]
        assert (found[0].server_ms, found[1].wait_ms) == (3.0, 0.5)
        compact(tmp_path, system_clock())
    assert load_request(OPS, log, "unknown", START) == ()


def test_events_of_a_window(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    folder = services.serving_log_queries.directory
    put(folder, record("old", -3600), record("v1", 10), record("v2", 20, model_version="v2"))
    alerts = alert_file(services.settings)
    with alerts.alone():
        alerts.write(Alert("1", "latency", Severity.PAGE, START, START + timedelta(minutes=3)))
        alerts.write(Alert("2", "over", Severity.PAGE, START - AN_HOUR, START - AN_HOUR / 2))
    found = list_events(services.context, OPS, services.serving_log_queries, alerts, HOUR)
    assert [(one.kind, one.value) for one in found.changes] == [(ChangeKind.MODEL, "v2")]
    assert [one.objective for one in found.alerts] == ["latency"]
    services.close()


def test_sums_know_when_a_model_changed(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    folder = services.serving_log_queries.directory
    made = [record("v1", 10), record("v2", 20, model_version="v2")]
    aged(put(folder, *made, name="api-1-1-0.jsonl"))
    compact(folder, system_clock(), keep_rows=timedelta(seconds=1))
    log = ServingLogQueries(folder)
    found = list_events(services.context, OPS, log, alert_file(services.settings), HOUR)
    assert [(one.subject, one.value, one.at) for one in found.changes] == [
        ("onnx", "v2", START + timedelta(seconds=20))
    ]
    services.close()


def policy_kinds(services: Services) -> list[tuple[ChangeKind, str]]:
    now = services.clock.now()
    window = Window(now - AN_HOUR, now + AN_HOUR)
    log = services.serving_log_queries
    found = list_events(services.context, OPS, log, alert_file(services.settings), window)
    return [(one.kind, one.value) for one in found.changes]


def test_a_policy_with_other_thresholds_is_told_from_one_without(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    published(services)
    assert policy_kinds(services) == [(ChangeKind.THRESHOLDS, "2"), (ChangeKind.POLICY, "1")]
    services.close()
