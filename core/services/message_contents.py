"""What a message tells, read from the state when it is due."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from core.errors import NotFound
from core.moderation.appeals import Appeal
from core.moderation.comments import Comment, Revision
from core.moderation.decisions import Decision, visibility
from core.moderation.message_contents import (
    APPEAL_TYPES,
    MessageContent,
    NothingToTell,
    chain_at_outcome,
    chain_until,
    ended_reports,
    type_of,
)
from core.moderation.notices import Statement, build_statement
from core.moderation.outbox import Audience, Message
from core.services.attention import reports_to_answer
from core.services.context import Context
from core.services.gone_texts import text_gone
from core.store.base import Reader
from core.texts.choice import language_of_notice
from core.texts.notices import NoticeSubject, appeal_words, decision_words
from core.texts.texts import texts_in


def read_content(
    context: Context, reader: Reader, message: Message, now: datetime, author_url: str
) -> MessageContent | NothingToTell:
    """What the message tells, or why there is nothing to tell. It depends on when the message was
    claimed (`now`) only until its decision holds, so that every attempt tells the same."""
    revision = reader.revision(message.revision_id)
    comment = reader.comment(revision.comment_id) if revision else None
    if revision is None or comment is None:
        raise NotFound(f"{message.id} is about a comment that is not in the state")
    chain = reader.decision_chain(revision.id)
    appeal = reader.appeal(message.appeal_id) if message.appeal_id else None
    if appeal is not None:
        return _of_appeal(context, reader, appeal, (comment, revision, chain), author_url)
    held = chain_until(chain, message.decision_id, _ends(reader, revision, now))
    kind = type_of(
        held,
        message.audience,
        is_gone=text_gone(reader, revision) is not None,
        is_overtaken=message.audience is Audience.SITE and reader.is_overtaken(message),
    )
    if isinstance(kind, NothingToTell):
        return kind
    content = MessageContent(
        type=kind,
        occurred_at=held[-1].effective_at,
        comment=comment,
        revision=revision,
        position=[past.id for past in chain].index(held[-1].id) + 1,
        visibility=visibility(held[-1]),
        lookup_url=_lookup_url(author_url, revision),
    )
    if message.audience is Audience.SITE:
        return content
    if message.audience is Audience.REPORTERS:
        found = (item.report for item in reports_to_answer(reader, revision))
        ended = ended_reports(found, held[-1])
        return replace(content, reports=ended) if ended else NothingToTell.NO_REPORTS
    content = _to_author(context, content, chain)
    past = reader.appeal_of(revision.id)
    if past is not None and past.decision_id not in {each.id for each in held[:-1]}:
        past = None  # filed later, against this decision or another
    statement = _statement(context, reader, revision, held, appeal=past, now=held[-1].effective_at)
    words = decision_words(statement, _subject(context, content), texts_in(content.language))
    return replace(content, statement=statement, words=words)


def _of_appeal(
    context: Context,
    reader: Reader,
    appeal: Appeal,
    about: tuple[Comment, Revision, Sequence[Decision]],
    author_url: str,
) -> MessageContent:
    comment, revision, chain = about
    ended_at = appeal.heard_at or appeal.filed_at
    until = chain_at_outcome(chain, appeal)
    statement = _statement(context, reader, revision, until, appeal=appeal, now=ended_at)
    content = MessageContent(
        type=APPEAL_TYPES[appeal.status],
        occurred_at=ended_at,
        comment=comment,
        revision=revision,
        position=len(until),
        visibility=statement.visibility,
        lookup_url=_lookup_url(author_url, revision),
        statement=statement,
    )
    content = _to_author(context, content, chain)
    words = appeal_words(appeal, statement, _subject(context, content), texts_in(content.language))
    return replace(content, words=words)


def _to_author(
    context: Context, content: MessageContent, chain: Sequence[Decision]
) -> MessageContent:
    """In the language that the text was found to be in, with a link that opens the page in it."""
    found = next((past.language for past in reversed(chain) if past.is_automated), None)
    language = language_of_notice(found, context.author_language)
    address = f"{content.lookup_url}&lang={language}"
    return replace(content, language=language, lookup_url=address)


def _subject(context: Context, content: MessageContent) -> NoticeSubject:
    return NoticeSubject(
        site=content.comment.source,
        source_id=content.comment.source_id,
        posted_at=content.comment.created_at,
        lookup_url=content.lookup_url,
        reference=content.revision.reference,
        zone=context.time_zone,
    )


def _statement(
    context: Context,
    reader: Reader,
    revision: Revision,
    chain: Sequence[Decision],
    *,
    appeal: Appeal | None,
    now: datetime,
) -> Statement:
    """As it was at that moment; but nobody is told to appeal a text that is gone."""
    policies = {version: reader.policy(version) for version in {p.policy_version for p in chain}}
    statement = build_statement(
        chain,
        {version: policy for version, policy in policies.items() if policy is not None},
        appeal,
        now=now,
        window_days=context.appeal_window_days,
    )
    if text_gone(reader, revision) is not None:
        return replace(statement, can_appeal_until=None)
    return statement


def _ends(reader: Reader, revision: Revision, now: datetime) -> Sequence[datetime]:
    newest = reader.latest_revision(revision.comment_id) or revision
    ends = [now]
    if newest.id != revision.id:
        ends.append(reader.received_after(revision))
    if revision.withdrawn_at is not None:
        ends.append(revision.withdrawn_at)
    return ends


def _lookup_url(author_url: str, revision: Revision) -> str:
    return f"{author_url}?reference={quote(revision.reference)}"
