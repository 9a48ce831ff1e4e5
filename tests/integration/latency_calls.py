"""The services of the page Latency & throughput, for the table of roles."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from core.bootstrap.objectives import alert_file
from core.bootstrap.services import Services
from core.errors import NotFound
from core.moderation.permissions import Actor, Role
from core.services import breakdown, comparison, site_changes, slow_calls, traffic
from core.servinglog.traffic_filter import ALL_TRAFFIC
from core.servinglog.windows import Window, WindowChoice
from tests.factories import CLEAN, scored

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
WINDOW = Window(NOON, NOON + timedelta(hours=1))


def view_window(services: Services, actor: Actor) -> None:
    scored(services, CLEAN)
    log, ops = services.serving_log_queries, Actor("ops", Role.OPS)
    until = traffic.view_log(ops, log, services.clock).until
    traffic.view_window(actor, log, WindowChoice.ALL, ALL_TRAFFIC, until, drawn=list, max_points=9)


def newest_records(services: Services, actor: Actor) -> None:
    traffic.newest_records(actor, services.serving_log_queries, services.clock, 5)


def view_backends(services: Services, actor: Actor) -> None:
    now = services.clock.now()
    traffic.view_backends(actor, services.serving_log_queries, WindowChoice.ALL, now)


def find_request(services: Services, actor: Actor) -> None:
    """Raises PermissionDenied before NotFound, because no request has that id."""
    with suppress(NotFound):
        traffic.find_request(actor, services.serving_log_queries, "unknown")


def list_comparands(services: Services, actor: Actor) -> None:
    log = services.serving_log_queries
    comparison.list_comparands(actor, log, WindowChoice.HOUR, ALL_TRAFFIC, series=(), until=NOON)


def compare(services: Services, actor: Actor) -> None:
    log, comparand = services.serving_log_queries, comparison.Comparand()
    comparison.compare(actor, log, WindowChoice.HOUR, ALL_TRAFFIC, comparand=comparand, until=NOON)


# Service, what is done with it, and who may: author moderator lead ops admin auditor.
LATENCY_TABLE: dict[tuple[str, str], tuple[Callable[[Services, Actor], object], str]] = {
    ("traffic.view_log", "view"): (
        lambda s, a: traffic.view_log(a, s.serving_log_queries, s.clock),
        "nyyyyy",
    ),
    ("traffic.view_window", "view"): (view_window, "nyyyyy"),
    ("traffic.view_backends", "view"): (view_backends, "nyyyyy"),
    ("traffic.find_request", "find"): (find_request, "nyyyyy"),
    ("traffic.newest_records", "view"): (newest_records, "nyyyyy"),
    ("slow_calls.list_slowest", "list"): (
        lambda s, a: slow_calls.list_slowest(a, s.serving_log_queries, WINDOW, ALL_TRAFFIC),
        "nyyyyy",
    ),
    ("slow_calls.load_request", "load"): (
        lambda s, a: slow_calls.load_request(a, s.serving_log_queries, "unknown", NOON),
        "nyyyyy",
    ),
    ("site_changes.list_events", "list"): (
        lambda s, a: site_changes.list_events(
            *(s.context, a, s.serving_log_queries, alert_file(s.settings), WINDOW)
        ),
        "nyyyyy",
    ),
    ("breakdown.break_down", "break down"): (
        lambda s, a: breakdown.break_down(a, s.serving_log_queries, WINDOW, ALL_TRAFFIC, 60.0),
        "nyyyyy",
    ),
    ("comparison.list_comparands", "list"): (list_comparands, "nyyyyy"),
    ("comparison.compare", "compare"): (compare, "nyyyyy"),
}
