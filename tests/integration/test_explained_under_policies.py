"""The policy and thresholds of an explanation, and how much of the text was read."""

from dataclasses import replace

import pytest

from core.bootstrap.services import Services
from core.errors import BackendError, InvalidInput, NotFound
from core.inference.base import BackendInfo
from core.inference.fake import POISON, FakeBackend
from core.inference.scorer import Scorer
from core.moderation.audit import AuditKind
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action, Policy
from core.moderation.scores import Label
from core.services.explain import explain_revision, explain_text, find_comment
from core.services.queries import load_case
from core.servinglog.memory import MemoryLog
from tests.factories import CLEAN, HELD, MODERATOR, scored


def policy_in_force(services: Services) -> Policy:
    with services.context.store.read() as reader:
        return reader.policy_in_force()


def put_in_force(services: Services, policy: Policy) -> None:
    with services.context.store.write() as tx:
        tx.add_policy(policy, services.context.audit(AuditKind.POLICY_STORED, SYSTEM, "new"))


def lenient(policy: Policy) -> Policy:
    """The next policy version: insults are approved below 0.96 and removed above it."""
    rules = [rule for rule in policy.rules if rule.label is not Label.INSULT]
    insult = [rule for rule in policy.rules if rule.label is Label.INSULT]
    approve = next(rule for rule in insult if rule.action is Action.APPROVE)
    remove = next(rule for rule in insult if rule.action is Action.REMOVE)
    rules += [replace(approve, high=0.96), replace(remove, low=0.96)]
    return replace(policy, version=policy.version + 1, rules=tuple(rules))


def test_decision_is_explained_by_its_own_policy_and_a_text_by_the_one_in_force(
    services: Services,
) -> None:
    revision = scored(services, HELD)
    old = policy_in_force(services)
    put_in_force(services, lenient(old))
    found = explain_revision(services.context, MODERATOR, services.explainer, revision.id)
    assert found.thresholds[Label.INSULT] == old.thresholds(Label.INSULT)[Action.HOLD]
    view = load_case(services.context, MODERATOR, revision.id)
    assert (view.policy.version, view.current_policy.version) == (1, 2)
    now = explain_text(services.context, services.explainer, HELD, Label.INSULT)
    # 0.95 passes now, so what counts is where it would not.
    assert (now.action, now.thresholds) == (Action.APPROVE, {Label.INSULT: 0.96})


def test_one_label_of_a_stored_comment_is_explained_by_itself(services: Services) -> None:
    revision = scored(services, f"{HELD} I will kill it.")
    found = explain_revision(
        services.context, MODERATOR, services.explainer, revision.id, Label.THREAT
    )
    assert found.labels == (Label.THREAT,)
    policy = policy_in_force(services)
    threat = policy.thresholds(Label.THREAT)
    assert found.thresholds == {Label.THREAT: threat[found.action]}


def test_label_no_rule_ever_objects_to_has_its_threshold_at_the_end(services: Services) -> None:
    policy = policy_in_force(services)
    rules = [rule for rule in policy.rules if rule.label is not Label.OBSCENE]
    put_in_force(services, replace(policy, version=policy.version + 1, rules=tuple(rules)))
    found = explain_text(services.context, services.explainer, CLEAN, Label.OBSCENE)
    assert found.thresholds == {Label.OBSCENE: 1.0}


class Reads(FakeBackend):
    """A backend that reads at most `max_tokens`; 0 if unknown."""

    def __init__(self, max_tokens: int) -> None:
        super().__init__()
        self._max_tokens = max_tokens

    @property
    def info(self) -> BackendInfo:
        return replace(super().info, max_tokens=self._max_tokens)


@pytest.mark.parametrize(("reads", "unread"), [(3, 3), (6, 0), (0, 0)])
def test_words_the_model_does_not_read_are_counted(
    services: Services, reads: int, unread: int
) -> None:
    scorer = Scorer(Reads(reads), MemoryLog(), services.clock)
    found = explain_text(services.context, scorer, "You idiot, read the article first")
    assert found.explanation.unread == unread


def test_what_cannot_be_explained_says_what_and_why(services: Services) -> None:
    with pytest.raises(InvalidInput, match="fake-1 does not score severe_toxicity"):
        explain_text(services.context, services.explainer, CLEAN, Label.SEVERE_TOXICITY)
    with pytest.raises(BackendError, match=r"could not be scored: .*poison"):
        explain_text(services.context, services.explainer, f"fine {POISON}")
    with pytest.raises(NotFound, match="comment"):
        explain_revision(services.context, MODERATOR, services.explainer, "none")
    for name in ("c-0", ""):
        with pytest.raises(NotFound, match=f"no comment '{name}' of 'site'"):
            find_comment(services.context, "site", name)
