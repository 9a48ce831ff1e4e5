"""The services of the pages Work and Overview, for the table of roles."""

from collections.abc import Callable
from datetime import UTC, datetime

from core.bootstrap.objectives import alert_file
from core.bootstrap.services import Services
from core.moderation.permissions import Actor
from core.services.costs import load_costs
from core.services.objectives import load_objectives
from core.services.overview import view_overview
from core.services.work import load_work

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)

# Service, what is done with it, and who may: author moderator lead ops admin auditor.
WORK_TABLE: dict[tuple[str, str], tuple[Callable[[Services, Actor], object], str]] = {
    ("work.load_work", "load"): (lambda s, a: load_work(s.context, a, BEGINNING), "nnynyy"),
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
    ("overview.view_overview", "view"): (
        lambda s, a: view_overview(s.context, a, s.serving_log_queries, BEGINNING),
        "nyyyyy",
    ),
}
