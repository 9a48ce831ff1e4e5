"""What runs here, from the services' side: a model that can't be used hides nothing else."""

from core.bootstrap.services import Services
from core.errors import ModelNotUsable
from core.inventory.model_facts import ModelFacts
from core.moderation.permissions import Actor, Role
from core.services.inventory import load_inventory


def test_a_model_that_cannot_be_used_is_told_beside_the_rest(services: Services) -> None:
    def _missing() -> ModelFacts:
        raise ModelNotUsable("there is no model at /m")

    found = load_inventory(
        Actor("ola", Role.OPS),
        services.serving_log_queries,
        services.clock,
        backend="fake",
        packages=list,
        model=_missing,
        speeds=list,
        kept=(),
        contacts=(),
    )
    assert (found.model, found.model_problem) == (None, "there is no model at /m")
    assert found.tried
