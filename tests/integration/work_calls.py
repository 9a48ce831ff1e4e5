"""The services of the pages Work and Overview, for the table of roles."""

from collections.abc import Callable
from datetime import UTC, datetime

from core.bootstrap.inventory import site_inventory
from core.bootstrap.objectives import alert_file
from core.bootstrap.services import Services
from core.load_test.result_folder import LoadTestFolder
from core.load_test.results import LoadTest, LoadTestPlan
from core.moderation.permissions import Actor
from core.services.costs import load_costs
from core.services.load_tests import (
    begin_load_test,
    busiest_rps,
    list_load_tests,
    start_load_test,
    stop_load_test,
)
from core.services.objectives import load_objectives
from core.services.overview import view_overview
from core.services.work import load_work
from tests.load_tests import load_test

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)


class EmptyFolder:
    """Nothing runs, whatever was started."""

    def list(self) -> list[LoadTest]:
        return []

    def find(self, test_id: str) -> LoadTest:
        return load_test(test_id)

    def running(self) -> None:
        return None

    def write(self, test: LoadTest) -> None: ...

    def ask_to_stop(self, test_id: str) -> None: ...


# Service, what is done with it, and who may: author moderator lead ops admin auditor.
WORK_TABLE: dict[tuple[str, str], tuple[Callable[[Services, Actor], object], str]] = {
    ("work.load_work", "load"): (lambda s, a: load_work(s.context, a, BEGINNING), "nnynny"),
    ("objectives.load_objectives", "load"): (
        lambda s, a: load_objectives(
            *(s.context, a, s.serving_log_queries, (), alert_file(s.settings))
        ),
        "nyyyyy",
    ),
    ("costs.load_costs", "load"): (
        lambda s, a: load_costs(s.context, a, s.serving_log_queries, s.policy_history, (), days=1),
        "nyyyyy",
    ),
    ("inventory.load_inventory", "load"): (lambda s, a: site_inventory(a, s), "nyyyyy"),
    ("load_tests.list_load_tests", "list"): (
        lambda s, a: list_load_tests(a, LoadTestFolder(s.settings.load_tests_dir)),
        "nyyyyy",
    ),
    ("load_tests.begin_load_test", "begin"): (
        lambda s, a: begin_load_test(s.context, a, EmptyFolder(), LoadTestPlan(), "m"),
        "nnyynn",
    ),
    ("load_tests.start_load_test", "start"): (
        lambda s, a: start_load_test(
            *(s.context, a, EmptyFolder(), LoadTestPlan()), machine="m", start=lambda _test: None
        ),
        "nnyynn",
    ),
    ("load_tests.stop_load_test", "stop"): (
        lambda s, a: stop_load_test(s.context, a, EmptyFolder(), "a1"),
        "nnyynn",
    ),
    ("load_tests.busiest_rps", "load"): (
        lambda s, a: busiest_rps(a, s.serving_log_queries, s.clock),
        "nyyyyy",
    ),
    ("overview.view_overview", "view"): (
        lambda s, a: view_overview(s.context, a, s.serving_log_queries, BEGINNING),
        "nyyyyy",
    ),
}
