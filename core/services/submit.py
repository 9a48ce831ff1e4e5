"""Comments that a site posts: stored in one transaction, decided on in the next.

They are stored before they are scored, so that of two texts of a comment the one that came later
stays the later one, however long each takes to score. If the process is killed in between, the
comments wait for a decision, so a retry also decides on known comments without one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import BackendError, Conflict, InvalidInput, InvalidRows, RowProblem
from core.inference.base import BackendInfo, ErrorKind, TextResult
from core.moderation.comments import IncomingComment, Revision
from core.moderation.decisions import Decision
from core.moderation.effect import chain_in_effect
from core.moderation.permissions import Actor, Permission, Role, check_can
from core.moderation.placeholders import is_placeholder
from core.moderation.policies import Policy
from core.services.automated import decide
from core.services.context import Context
from core.services.ingest import complete_comment, store_comment

API = Actor(id="api", role=Role.OPS)


@dataclass(frozen=True, slots=True)
class Taken:
    """Stored rows, each with its status (`stored`, `edited` or `unchanged`) and its revision, and
    the policy in force."""

    incoming: Sequence[IncomingComment]
    rows: Sequence[tuple[str, Revision]]
    policy: Policy

    @property
    def waiting(self) -> list[Revision]:
        """The revisions without a decision, each once."""
        found = {row.id: row for _, row in self.rows if row.current_decision_id is None}
        return list(found.values())


@dataclass(frozen=True, slots=True)
class Submitted:
    """The outcome of one row; `chain` are the decisions on its revision that are in effect, oldest
    first, never empty."""

    incoming: IncomingComment
    status: str
    revision: Revision
    chain: Sequence[Decision]


@dataclass(frozen=True, slots=True)
class Scored:
    """What the backend said of some texts, in their order. `is_down`: it did not answer at all."""

    results: Sequence[TextResult]
    info: BackendInfo
    is_down: bool = False


def not_scored(error: BackendError, info: BackendInfo, count: int) -> Scored:
    """For a backend that is down; the site's failure policy decides then."""
    failed = TextResult(error=str(error), error_kind=ErrorKind(error.kind))
    return Scored((failed,) * count, info, is_down=True)


def take(context: Context, incoming: Sequence[IncomingComment]) -> Taken:
    """Store all rows or none. Raises InvalidRows and StoreError."""
    check_can(API, Permission.INGEST)
    taken: list[tuple[str, Revision]] = []
    problems: list[RowProblem] = []
    # InvalidRows is raised inside the block, so that the valid rows are rolled back, too.
    with context.store.write() as tx:
        for index, comment in enumerate(incoming):
            try:
                if is_placeholder(comment.text):
                    raise InvalidInput("marks a deleted comment; withdraw it with DELETE")
                taken.append(store_comment(context, API, tx, comment))
                if taken[-1][0] == "erased":
                    raise InvalidInput("was erased with this `id`, which takes no new text")
                if taken[-1][0] != "stored":
                    complete_comment(context, API, tx, comment)
            except InvalidInput as error:
                problems.append(RowProblem(row=index, field="text", message=str(error)))
        if problems:
            raise InvalidRows(describe_problems(problems, total=len(incoming)), problems)
        return Taken(tuple(incoming), tuple(taken), tx.policy_in_force())


def decide_taken(context: Context, taken: Taken, scored: Scored | None) -> list[Submitted]:
    """Decide on the waiting rows, by `scored`, which is None if there are none. Raises StoreError,
    and Conflict if another process edited or withdrew one of the comments meanwhile."""
    check_can(API, Permission.INGEST)
    if scored is None:
        with context.store.read() as reader:
            found = {row.id: reader.decision_chain(row.id) for _, row in taken.rows}
            return _submitted(context, taken, found)
    waiting = taken.waiting
    texts = [revision.text for revision in waiting]
    actions = context.failure.actions(texts, scored.results, taken.policy, is_down=scored.is_down)
    chains: dict[str, Sequence[Decision]] = {}
    with context.store.write() as tx:
        for revision, result, action in zip(waiting, scored.results, actions, strict=True):
            decision = decide(
                context,
                tx,
                policy=taken.policy,
                info=scored.info,
                revision=revision,
                result=result,
                failure_action=action,
            )
            chains[revision.id] = [decision] if decision else tx.decision_chain(revision.id)
        for _, revision in taken.rows:
            if revision.id not in chains:
                chains[revision.id] = tx.decision_chain(revision.id)
    return _submitted(context, taken, chains)


def _submitted(
    context: Context, taken: Taken, chains: dict[str, Sequence[Decision]]
) -> list[Submitted]:
    now = context.clock.now()
    for comment, (_, revision) in zip(taken.incoming, taken.rows, strict=True):
        if not chains[revision.id]:
            # Another process stored an edit in between, so this text gets no decision any more.
            raise Conflict(f"Comment {comment.source_id!r} changed meanwhile; send it again.")
    return [
        Submitted(comment, status, revision, chain_in_effect(chains[revision.id], now))
        for comment, (status, revision) in zip(taken.incoming, taken.rows, strict=True)
    ]


def describe_problems(problems: Sequence[RowProblem], *, total: int) -> str:
    """One line on why the rows are refused: how many are wrong, and the first problem."""
    first = problems[0]
    where = f"comments[{first.row}]" if total > 1 else "the comment"
    if first.field:
        where = f"{where}, `{first.field}`"
    wrong = len({problem.row for problem in problems})
    count = f"{wrong} of {total} comments can't be taken, so none was stored; first, "
    return f"{count if total > 1 else ''}{where}: {first.message}"
