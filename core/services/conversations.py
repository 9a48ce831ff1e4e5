"""The comments around a case: its thread, and what else its author wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import NotFound
from core.moderation.blind import is_hidden
from core.moderation.comments import is_named
from core.moderation.permissions import Actor, Permission, check_can
from core.services.context import Context
from core.services.queries import THREAD_DEPTH
from core.store.near_views import AuthorComment, Reply
from core.store.views import ThreadEntry

REPLY_LIMIT = 20
STRIP_LENGTH = 14


@dataclass(frozen=True, slots=True)
class Thread:
    """What is above and below a comment. `ancestors` are the nearest THREAD_DEPTH, root first;
    `replies` are the first direct answers, of `reply_count`."""

    ancestors: Sequence[ThreadEntry]
    replies: Sequence[Reply]
    reply_count: int


@dataclass(frozen=True, slots=True)
class AuthorComments:
    """A page of an author's comments, newest first. `before` gives the next page, None if this is
    the last."""

    comments: Sequence[AuthorComment]
    before: tuple[datetime, str] | None


NO_COMMENTS = AuthorComments((), None)


def load_thread(context: Context, actor: Actor, revision_id: str) -> Thread:
    """The thread around a comment; of a blind case without replies, because only visible comments
    get them. Raises NotFound."""
    check_can(actor, Permission.SEE_QUEUE)
    with context.store.read() as reader:
        revision = reader.revision(revision_id)
        comment = reader.comment(revision.comment_id) if revision else None
        if comment is None:
            raise NotFound("There is no such comment.")
        ancestors, case = reader.ancestors(comment, THREAD_DEPTH), reader.case_of(revision_id)
        chain = reader.decision_chain(revision_id)
        if is_hidden(case, chain, actor, context.clock.now()):
            return Thread(ancestors, (), 0)
        return Thread(
            ancestors=ancestors,
            replies=reader.replies(comment, REPLY_LIMIT),
            reply_count=reader.count_replies(comment),
        )


def list_author_comments(
    context: Context,
    actor: Actor,
    source: str,
    author: str,
    *,
    limit: int = 50,
    before: tuple[datetime, str] | None = None,
) -> AuthorComments:
    """The author's comments on one source with what was decided; none for a name that many people
    share, like `[deleted]`. `before` is that of the page before."""
    check_can(actor, Permission.SEE_QUEUE)
    if not is_named(author):
        return NO_COMMENTS
    with context.store.read() as reader:
        found = reader.author_comments(source, author, limit + 1, before)
    listed = found[:limit]
    is_last = len(found) <= limit
    return AuthorComments(
        listed, None if is_last else (listed[-1].created_at, listed[-1].comment_id)
    )


def list_outcomes(
    context: Context, actor: Actor, source: str, author: str
) -> Sequence[AuthorComment]:
    """The author's last STRIP_LENGTH comments, the oldest of them first: for a strip of marks.
    None for a name that many people share."""
    return list_author_comments(context, actor, source, author, limit=STRIP_LENGTH).comments[::-1]
