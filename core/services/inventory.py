"""What runs here: packages, the model in force and the data behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.errors import ModelNotUsable
from core.inventory.model_facts import ModelFacts
from core.inventory.packages import Package
from core.inventory.tried_models import TriedModel, tried_models
from core.moderation.permissions import Actor, Permission, check_can
from core.servinglog.estimates.levers import RuntimeMeasure


@dataclass(frozen=True, slots=True)
class Inventory:
    """`model` is None if the model in force has no folder of this project, with the reason in
    `model_problem`; `speeds` are the runtimes that this machine measured with it."""

    packages: Sequence[Package]
    model: ModelFacts | None
    model_problem: str | None
    tried: Sequence[TriedModel]
    speeds: Sequence[RuntimeMeasure]


def load_inventory(
    actor: Actor,
    *,
    packages: Callable[[], Sequence[Package]],
    model: Callable[[], ModelFacts],
    speeds: Callable[[], Sequence[RuntimeMeasure]],
) -> Inventory:
    """Reads files only; no model is loaded and nothing is asked over the network. Raises
    PermissionDenied."""
    check_can(actor, Permission.SEE_SERVING)
    facts, problem = None, None
    try:
        facts = model()
    except ModelNotUsable as error:
        problem = str(error)
    return Inventory(packages(), facts, problem, tried_models(), speeds())
