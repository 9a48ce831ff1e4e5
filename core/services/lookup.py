"""The public look-up: a comment's reference is all it takes to read its statement of reasons."""

from dataclasses import dataclass
from datetime import datetime

from core.errors import NotFound
from core.identifiers import new_id, normalise_reference
from core.moderation.comments import Revision
from core.moderation.notices import Statement, build_statement
from core.services.context import Context
from core.services.gone_texts import text_gone
from core.services.text_matches import matched_words
from core.store.base import Reader

# The same message for unknown and malformed references, so that nobody can probe for existing ones.
UNKNOWN_REFERENCE = "There is no such reference. Check it character by character; it has 26."


@dataclass(frozen=True, slots=True)
class ChangedText:
    """The earlier text that the requested reference belongs to, if the author has edited it since.
    `text` is empty if it was withdrawn; `statement` is its last statement of reasons."""

    reference: str
    text: str
    changed_at: datetime
    statement: Statement


@dataclass(frozen=True, slots=True)
class LookupAnswer:
    """The comment's newest text and its present statement of reasons. Names no moderator.

    `reference` belongs to the newest text, which was posted at `posted_at` as far as the source
    tells: an edited one when it came. `text` is empty if the comment was withdrawn, at
    `withdrawn_at`. `changed` is set if an older text's reference was requested. An appeal is
    answered within `answer_days`.
    """

    reference: str
    text: str
    posted_at: datetime
    statement: Statement
    answer_days: int
    withdrawn_at: datetime | None = None
    changed: ChangedText | None = None
    is_edited: bool = False


def look_up(context: Context, reference: str) -> LookupAnswer:
    """The present statement of reasons, by the reference of the comment's newest or of an earlier
    text. Raises NotFound.

    A reference that is unknown, expired, of another site or malformed costs what a known one does:
    the statement of a text drawn at random is read and thrown away. The draw has nothing to do with
    what was typed, or the time of an answer would tell which references are near by.
    """
    with context.store.read() as reader:
        asked = _revision_of(reader, reference)
        drawn = reader.any_revision(new_id())
        answer = _answer(context, reader, asked or drawn)
    if asked is None or answer is None:
        raise NotFound(UNKNOWN_REFERENCE)
    return answer


def _answer(context: Context, reader: Reader, asked: Revision | None) -> LookupAnswer | None:
    """None if there is no text, so that nothing is known."""
    comment = reader.comment(asked.comment_id) if asked is not None else None
    newest = reader.latest_revision(asked.comment_id) if asked is not None else None
    if asked is None or comment is None or newest is None:
        return None
    is_edited = newest.number > 1
    return LookupAnswer(
        reference=newest.reference,
        text=_visible_text(newest),
        posted_at=newest.received_at if is_edited else comment.created_at,
        is_edited=is_edited,
        statement=_statement(context, reader, newest),
        answer_days=context.answer_days,
        withdrawn_at=newest.withdrawn_at,
        changed=_changed(context, reader, asked) if asked.id != newest.id else None,
    )


def _changed(context: Context, reader: Reader, asked: Revision) -> ChangedText:
    changed_at = reader.received_after(asked)
    return ChangedText(
        reference=asked.reference,
        text=_visible_text(asked),
        changed_at=changed_at,
        statement=_statement(context, reader, asked, changed_at),
    )


def _statement(
    context: Context, reader: Reader, revision: Revision, changed_at: datetime | None = None
) -> Statement:
    """Of the revision as it is now or, if it was changed or withdrawn, as it was until then."""
    ends = (changed_at, revision.withdrawn_at, context.clock.now())
    chain = reader.decision_chain(revision.id)
    versions = {past.policy_version for past in chain}
    found = {version: reader.policy(version) for version in versions}
    policies = {version: policy for version, policy in found.items() if policy is not None}
    return build_statement(
        chain,
        policies,
        reader.appeal_of(revision.id),
        now=min(end for end in ends if end is not None),
        window_days=context.appeal_window_days,
        gone=text_gone(reader, revision),
        words=matched_words(chain, policies, _visible_text(revision)),
    )


def _visible_text(revision: Revision) -> str:
    return "" if revision.is_withdrawn else revision.text


def find_revision(reader: Reader, reference: str) -> Revision:
    """The revision with that reference. Raises NotFound, always with the same message."""
    revision = _revision_of(reader, reference)
    if revision is None:
        raise NotFound(UNKNOWN_REFERENCE)
    return revision


def _revision_of(reader: Reader, reference: str) -> Revision | None:
    """A malformed reference is looked for, too: no text has the empty one."""
    return reader.revision_by_reference(normalise_reference(reference) or "")
