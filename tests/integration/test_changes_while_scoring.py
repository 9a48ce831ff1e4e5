"""A text is edited, withdrawn or decided on between the model's answer and the decision."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.errors import Conflict
from core.inference.base import TextResult
from core.inference.scorer import Scorer
from core.moderation.comments import IncomingComment, Revision
from core.moderation.decisions import DecisionSource
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action, Policy
from core.services.ingest import ingest
from core.services.rescore import rescore
from core.services.score import score_waiting
from core.services.withdraw import withdraw_comment
from core.servinglog.record import Mode
from tests.factories import (
    CLEAN,
    HELD,
    MODERATOR,
    chain_of,
    decided,
    make_services,
    posted,
    source_key,
    unscored,
)
from tests.submitting import score_now

Change = Callable[[Services, Revision], None]


class Interrupted(Scorer):
    """A scorer during whose first call something else happens."""

    def __init__(self, services: Services, happens: Callable[[], None]) -> None:
        super().__init__(services.full_model, services.serving_log, services.clock)
        self.happens: Callable[[], None] | None = happens

    def score(self, texts: Sequence[str], mode: Mode) -> tuple[TextResult, ...]:
        results = super().score(texts, mode)
        if self.happens is not None:
            happens, self.happens = self.happens, None
            happens()
        return results


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = make_services(tmp_path)
    yield made
    made.close()


def policy_of(services: Services) -> Policy:
    with services.context.store.read() as reader:
        return reader.policy_in_force()


def edited(services: Services, revision: Revision) -> None:
    source, source_id = source_key(services, revision)
    new = IncomingComment(source, source_id, "Quite another text.", "sam", services.clock.now())
    list(ingest(services.context, SYSTEM, [new]))


def withdrawn(services: Services, revision: Revision) -> None:
    withdraw_comment(services.context, SYSTEM, *source_key(services, revision))


def scored_elsewhere(services: Services, revision: Revision) -> None:
    score_now(services.context, services.scorer, policy_of(services), [revision])


def removed_by_hand(services: Services, revision: Revision) -> None:
    decided(services, revision, Action.REMOVE, actor=MODERATOR)


def open_cases(services: Services) -> int:
    with services.context.store.read() as reader:
        count = reader.queue_count()
    return count.open + count.escalated


@pytest.mark.parametrize("text", [CLEAN, HELD])
@pytest.mark.parametrize("happens", [edited, withdrawn, scored_elsewhere])
def test_a_first_decision_meets_a_change(services: Services, happens: Change, text: str) -> None:
    revision = posted(services, text)
    scorer = Interrupted(services, lambda: happens(services, revision))
    reports = list(score_waiting(services.context, scorer))
    by_other = happens is scored_elsewhere
    assert len(chain_of(services, revision)) == (1 if by_other else 0)
    # The edit made while scoring is decided on in the same run, by its own scores.
    assert reports[-1].decided == (1 if happens is edited else 0)
    assert open_cases(services) == (1 if by_other and text == HELD else 0)


@pytest.mark.parametrize("happens", [edited, withdrawn, scored_elsewhere])
def test_a_decision_at_once_meets_a_change(services: Services, happens: Change) -> None:
    revision = posted(services, HELD)
    scorer = Interrupted(services, lambda: happens(services, revision))
    with nullcontext() if happens is scored_elsewhere else pytest.raises(Conflict):
        score_now(services.context, scorer, policy_of(services), [revision])
    assert len(chain_of(services, revision)) == (1 if happens is scored_elsewhere else 0)


@pytest.mark.parametrize("happens", [edited, withdrawn, removed_by_hand])
def test_a_decision_made_again_meets_a_change(services: Services, happens: Change) -> None:
    revision = unscored(services, CLEAN)
    scorer = Interrupted(services, lambda: happens(services, revision))
    reports = list(rescore(services.context, scorer))
    assert reports[-1].decided == 0
    sources = [decision.source for decision in chain_of(services, revision)]
    by_hand = [DecisionSource.REVIEWER] if happens is removed_by_hand else []
    assert sources == [DecisionSource.FAILURE_POLICY, *by_hand]
    assert open_cases(services) == 0
