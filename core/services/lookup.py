"""What an author may know, by a reference and nothing else."""

import re
from dataclasses import dataclass
from datetime import datetime

from core.clock import REFERENCE_ALPHABET, REFERENCE_LENGTH
from core.errors import NotFound
from core.moderation.comments import Revision
from core.moderation.notices import Statement, build_statement
from core.services.context import Context
from core.store.base import Reader

# One answer for unknown, mistyped and foreign references: nobody can probe for what exists.
UNKNOWN_REFERENCE = "We know no such reference. Check it letter by letter; it has 26 of them."
_MISREAD = str.maketrans("OIL", "011")


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


def normalise_reference(typed: str) -> str | None:
    """The stored form of a reference as somebody typed it: case, spaces, hyphens and the letters
    people misread are forgiven. None when it can't be one."""
    letters = re.sub(r"[\s\-–]", "", typed[:200]).upper().translate(_MISREAD)
    if len(letters) != REFERENCE_LENGTH or any(c not in REFERENCE_ALPHABET for c in letters):
        return None
    return "-".join((letters[:6], letters[6:13], letters[13:20], letters[20:]))
