"""Stores comments and decides on them in one call.

Storing and deciding are two transactions. If the process is killed between them, the comments wait
for a decision, so a retry also decides on known comments without one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import Conflict, InvalidInput, InvalidRows, RowProblem
from core.inference.scorer import Scorer
from core.moderation.comments import IncomingComment, Revision, is_placeholder
from core.moderation.decisions import Decision
from core.moderation.permissions import Actor, Permission, Role, check_can
from core.moderation.policies import Policy
from core.services.context import Context
from core.services.ingest import complete_comment, store_comment
from core.services.score import score_now

API = Actor(id="api", role=Role.OPS)


@dataclass(frozen=True, slots=True)
class Submitted:
    """The outcome of one row. `status` is `stored`, `edited` or `unchanged`; `chain` are the
    decisions on its revision, oldest first, never empty."""

    incoming: IncomingComment
    status: str
    revision: Revision
    chain: Sequence[Decision]


def submit(
    context: Context, scorer: Scorer, incoming: Sequence[IncomingComment]
) -> list[Submitted]:
    """Store all rows or none, and decide on each that has no decision. Raises InvalidRows,
    StoreError, and Conflict if another process edited one of the comments meanwhile."""
    check_can(API, Permission.INGEST)
    taken, policy = _store(context, incoming)
    waiting = {
        revision.id: revision for _, revision in taken if revision.current_decision_id is None
    }
    decided = score_now(context, scorer, policy, list(waiting.values())) if waiting else {}
    chains = _chains(context, [revision for _, revision in taken], decided)
    for comment, chain in zip(incoming, chains, strict=True):
        if not chain:
            # Another process stored an edit in between, so this text gets no decision any more.
            raise Conflict(f"Comment {comment.source_id!r} changed meanwhile; send it again.")
    return [
        Submitted(comment, status, revision, chain)
        for comment, (status, revision), chain in zip(incoming, taken, chains, strict=True)
    ]


def _store(
    context: Context, incoming: Sequence[IncomingComment]
) -> tuple[list[tuple[str, Revision]], Policy]:
    """The status and revision of each row, and the policy in force."""
    taken: list[tuple[str, Revision]] = []
    problems: list[RowProblem] = []
    # InvalidRows is raised inside the block, so that the valid rows are rolled back, too.
    with context.store.write() as tx:
        for index, comment in enumerate(incoming):
            try:
                if is_placeholder(comment.text):
                    raise InvalidInput("marks a deleted comment; withdraw it with DELETE")
                taken.append(store_comment(context, API, tx, comment))
                if taken[-1][0] != "stored":
                    complete_comment(context, API, tx, comment)
            except InvalidInput as error:
                problems.append(RowProblem(row=index, field="text", message=str(error)))
        if problems:
            raise InvalidRows(describe_problems(problems, total=len(incoming)), problems)
        return taken, tx.policy_in_force()


def _chains(
    context: Context, revisions: Sequence[Revision], decided: Mapping[str, Decision]
) -> list[Sequence[Decision]]:
    """The decisions on each revision. The store is read only if there may be earlier ones."""
    if all(revision.id in decided for revision in revisions):
        return [[decided[revision.id]] for revision in revisions]
    with context.store.read() as reader:
        return [reader.decision_chain(revision.id) for revision in revisions]


def describe_problems(problems: Sequence[RowProblem], *, total: int) -> str:
    """One line on why the rows are refused: how many are wrong, and the first problem."""
    first = problems[0]
    where = f"comments[{first.row}]" if total > 1 else "the comment"
    if first.field:
        where = f"{where}, `{first.field}`"
    wrong = len({problem.row for problem in problems})
    count = f"{wrong} of {total} comments can't be taken, so none was stored; first, "
    return f"{count if total > 1 else ''}{where}: {first.message}"
