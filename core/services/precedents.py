"""Precedents: how people decided on the texts most like this one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import NotFound
from core.moderation.alike import ALIKE, RELATED, compare, fold, signature_of
from core.moderation.blind import is_hidden
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.policies import Action
from core.services.context import Context
from core.store.near_views import DecidedText

NEAREST = 3
COMPARED = 100
COUNTED = 1_000
"""Of the same text, the newest so many decisions are counted."""


@dataclass(frozen=True, slots=True)
class Precedent:
    """A person's decision on a text like this one. `likeness` is 0..1, and 1 for the same text
    apart from case, punctuation and spaces."""

    revision_id: str
    text: str
    likeness: float
    action: Action
    reason_code: str | None
    actor: str
    decided_at: datetime

    @property
    def is_alike(self) -> bool:
        """Whether it is nearly the same text, not only a similar one."""
        return self.likeness >= ALIKE


@dataclass(frozen=True, slots=True)
class Precedents:
    """`nearest` are at most NEAREST different texts, the most alike first. `verdicts` counts the
    decisions on nearly the same text by action; not `is_counted`: there are more."""

    nearest: Sequence[Precedent]
    verdicts: Mapping[Action, int]
    is_counted: bool


NO_PRECEDENTS = Precedents((), {}, is_counted=True)


def find_precedents(context: Context, actor: Actor, revision_id: str) -> Precedents:
    """What people decided on texts like this one, itself left out; none for a blind case, which is
    decided without them. Raises NotFound."""
    check_can(actor, Permission.SEE_QUEUE)
    with context.store.read() as reader:
        revision = reader.revision(revision_id)
        if revision is None or revision.is_withdrawn:
            raise NotFound("There is no such comment, or it was withdrawn.")
        case = reader.case_of(revision_id)
        chain = reader.decision_chain(revision_id)
        if is_hidden(case, chain, actor, context.clock.now()):
            return NO_PRECEDENTS
        signature = signature_of(revision.text)
        same = reader.same_decided(signature.text_key, NEAREST, apart_from=revision_id)
        verdicts = reader.count_same_decided(signature.text_key, COUNTED, apart_from=revision_id)
        candidates = reader.near_decided(signature, COMPARED, least=RELATED)
    related, is_whole = compare(revision.text, candidates, least=RELATED)
    counted = Counter(verdicts)
    counted.update(decided.action for decided, share in related if share >= ALIKE)
    found = _distinct([(decided, 1.0) for decided in same] + list(related))
    return Precedents(
        nearest=[_precedent(decided, share) for decided, share in found[:NEAREST]],
        verdicts=counted,
        is_counted=is_whole and len(candidates) < COMPARED and sum(verdicts.values()) < COUNTED,
    )


def _distinct(found: Sequence[tuple[DecidedText, float]]) -> list[tuple[DecidedText, float]]:
    """Without a text that stands there before with the same action: it would tell nothing more."""
    first: dict[tuple[str, Action], tuple[DecidedText, float]] = {}
    for decided, share in found:
        first.setdefault((fold(decided.text), decided.action), (decided, share))
    return list(first.values())


def _precedent(decided: DecidedText, share: float) -> Precedent:
    return Precedent(
        revision_id=decided.revision_id,
        text=decided.text,
        likeness=share,
        action=decided.action,
        reason_code=decided.reason_code,
        actor=decided.actor,
        decided_at=decided.decided_at,
    )
