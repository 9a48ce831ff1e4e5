"""A case without scores shows why it was not scored, also after a review."""

from collections.abc import Sequence

import pytest

from core.bootstrap.services import Services
from core.errors import BackendError
from core.inference.base import BatchResult, ErrorKind, TextResult
from core.inference.fake import FakeBackend
from core.inference.scorer import Scorer
from core.services.queries import load_case
from core.services.rescore import rescore
from core.services.review import skip_case
from core.servinglog.memory import MemoryLog
from tests.factories import HELD, MODERATOR, posted, scored, unscored
from tests.submitting import score_now


class Down(FakeBackend):
    def __init__(self, kind: ErrorKind) -> None:
        super().__init__()
        self._kind = kind

    def score(self, texts: Sequence[str]) -> BatchResult:
        raise BackendError("it did not answer", kind=self._kind)


@pytest.mark.parametrize("kind", [ErrorKind.TIMEOUT, ErrorKind.CONNECT])
def test_card_names_the_failure_of_its_own_decision(services: Services, kind: ErrorKind) -> None:
    revision = posted(services, HELD)
    with services.context.store.read() as reader:
        policy = reader.policy_in_force()
    score_now(services.context, Scorer(Down(kind), MemoryLog(), services.clock), policy, [revision])
    skip_case(services.context, MODERATOR, revision.id)
    assert load_case(services.context, MODERATOR, revision.id).failure is kind


def test_card_of_a_scored_comment_names_none(services: Services) -> None:
    revision = scored(services, HELD)
    assert load_case(services.context, MODERATOR, revision.id).failure is None


class Odd(FakeBackend):
    """Fails on each text without an error kind."""

    def score(self, texts: Sequence[str]) -> BatchResult:
        found = super().score(texts)
        return BatchResult(tuple(TextResult(error="it is odd") for _ in texts), found.call)


def test_failure_of_no_kind_is_one_of_the_backend(services: Services) -> None:
    revision = posted(services, HELD)
    with services.context.store.read() as reader:
        policy = reader.policy_in_force()
    score_now(services.context, Scorer(Odd(), MemoryLog(), services.clock), policy, [revision])
    assert load_case(services.context, MODERATOR, revision.id).failure is ErrorKind.BACKEND


def test_trail_says_that_a_comment_was_scored_late(services: Services) -> None:
    revision = unscored(services, HELD)
    list(rescore(services.context, services.scorer))
    with services.context.store.read() as reader:
        *_, event = reader.audit_trail(revision.id)
    assert event.data["rescored"] == "true"
