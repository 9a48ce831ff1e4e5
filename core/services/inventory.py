"""What runs here: packages, the model in force and the data behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from core.clock import Clock
from core.errors import ModelNotUsable
from core.inventory.contacts import Contact
from core.inventory.kept_data import KeptData
from core.inventory.model_facts import ModelFacts
from core.inventory.packages import Package
from core.inventory.tried_models import TriedModel, tried_models
from core.moderation.permissions import Actor, Permission, check_can
from core.servinglog.estimates.levers import RuntimeMeasure
from core.servinglog.record import LIVE_MODES
from core.servinglog.traffic_filter import Traffic
from core.servinglog.windows import Window

if TYPE_CHECKING:
    from core.servinglog.queries import ServingLogQueries

LIVE_DAYS = 7
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Inventory:
    """`model` is None if the model in force has no folder of this project, with the reason in
    `model_problem`; `speeds` are the runtimes that this machine measured with it, and `p95_ms` is
    that of the live calls to the backend in force in the last seven days, None without any; `kept`
    is what the site keeps, `contacts` are the services that it may ask over a network."""

    packages: Sequence[Package]
    model: ModelFacts | None
    model_problem: str | None
    tried: Sequence[TriedModel]
    speeds: Sequence[RuntimeMeasure]
    p95_ms: float | None
    kept: Sequence[KeptData]
    contacts: Sequence[Contact]


def load_inventory(
    actor: Actor,
    log: "ServingLogQueries",
    clock: Clock,
    *,
    backend: str,
    packages: Callable[[], Sequence[Package]],
    model: Callable[[], ModelFacts],
    speeds: Callable[[], Sequence[RuntimeMeasure]],
    kept: Sequence[KeptData],
    contacts: Sequence[Contact],
) -> Inventory:
    """Reads files and the serving log; no model is loaded. `backend` is the one in force. Raises
    PermissionDenied, StoreError."""
    check_can(actor, Permission.SEE_SERVING)
    facts, problem = None, None
    try:
        facts = model()
    except ModelNotUsable as error:
        problem = str(error)
    until = clock.now() + _TICK
    window = Window(until - timedelta(days=LIVE_DAYS), until)
    live = log.summary(window, Traffic(LIVE_MODES, (backend,)))
    return Inventory(packages(), facts, problem, tried_models(), speeds(), live.p95, kept, contacts)
