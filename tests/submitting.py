"""What the API does with posted comments, on one thread and with any scorer."""

from collections.abc import Sequence

from core.errors import BackendError
from core.inference.scorer import Scorer
from core.moderation.comments import IncomingComment, Revision
from core.moderation.policies import Policy
from core.services.context import Context
from core.services.submit import Scored, Submitted, Taken, decide_taken, not_scored, take
from core.servinglog.record import Mode


def submit(
    context: Context, scorer: Scorer, incoming: Sequence[IncomingComment]
) -> list[Submitted]:
    """Stores and decides."""
    taken = take(context, incoming)
    texts = [revision.text for revision in taken.waiting]
    return decide_taken(context, taken, _ask(scorer, texts) if texts else None)


def score_now(
    context: Context, scorer: Scorer, policy: Policy, revisions: Sequence[Revision]
) -> None:
    """Decides on stored revisions. Raises Conflict for one that was edited or withdrawn."""
    incoming = [
        IncomingComment("site", each.id, each.text, "sam", each.received_at) for each in revisions
    ]
    taken = Taken(incoming, [("unchanged", each) for each in revisions], policy)
    decide_taken(context, taken, _ask(scorer, [each.text for each in revisions]))


def _ask(scorer: Scorer, texts: Sequence[str]) -> Scored:
    info = scorer.backend.info
    try:
        return Scored(scorer.score(texts, Mode.REALTIME), info)
    except BackendError as error:
        return not_scored(error, info, len(texts))
