"""What an author may know, by a reference and nothing else."""

from dataclasses import dataclass
from datetime import datetime

from core.errors import NotFound
from core.identifiers import normalise_reference
from core.moderation.comments import Revision
from core.moderation.notices import Statement, build_statement
from core.services.context import Context
from core.store.base import Reader

# One answer for unknown, mistyped and foreign references: nobody can probe for what exists.
UNKNOWN_REFERENCE = "We know no such reference. Check it letter by letter; it has 26 of them."


@dataclass(frozen=True, slots=True)
class LookupAnswer:
    """The author's own text and what was decided on it. Names no moderator."""

    reference: str
    text: str
    posted_at: datetime
    statement: Statement


def look_up(context: Context, reference: str) -> LookupAnswer:
    """The statement of reasons as it stands now. Raises NotFound."""
    with context.store.read() as reader:
        revision = find_revision(reader, reference)
        comment = reader.comment(revision.comment_id)
        if comment is None:
            raise NotFound(UNKNOWN_REFERENCE)
        chain = reader.decision_chain(revision.id)
        versions = {past.policy_version for past in chain}
        policies = {version: reader.policy(version) for version in versions}
        statement = build_statement(
            chain,
            {version: policy for version, policy in policies.items() if policy is not None},
            reader.appeal_of(revision.id),
            now=context.clock.now(),
            window_days=context.appeal_window_days,
        )
        return LookupAnswer(revision.reference, revision.text, comment.created_at, statement)


def find_revision(reader: Reader, reference: str) -> Revision:
    """The revision an author's reference names. Raises NotFound, always with the same words."""
    normal = normalise_reference(reference)
    revision = reader.revision_by_reference(normal) if normal else None
    if revision is None:
        raise NotFound(UNKNOWN_REFERENCE)
    return revision
