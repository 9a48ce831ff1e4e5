"""What opens above the desk as JSON: an author's comments, replies, a group, a muting."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from core.bootstrap.services import Services
from core.errors import NotFound
from core.moderation.permissions import Actor
from core.services.conversations import list_author_comments, load_thread
from core.services.groups import GroupMember, find_group
from core.services.preferences import load_preferences, save_preferences
from core.services.queries import load_case
from core.services.report import mute_reporter
from core.store.near_views import AuthorComment
from dashboard.covered import covered, wants_cover
from dashboard.review.desk.requests import text, texts
from dashboard.review.group_wording import group_title, group_words
from dashboard.staff_texts import count, decimal, say
from dashboard.wording import (
    LABELS,
    VISIBILITY_TONES,
    VISIBLE_NOW,
    millis,
    no_longer_shown,
    score_figure,
)

Body = Mapping[str, object]
PAGE = 30
SHOWN_CHARS = 600


def author_answer(services: Services, actor: Actor, asked: Body) -> dict[str, object]:
    """A page of the comments of the case's author; `before` is where the next one begins."""
    comment = load_case(services.context, actor, text(asked, "revision")).comment
    is_covered = wants_cover(services, actor)
    page = list_author_comments(
        services.context, actor, comment.source, comment.author, limit=PAGE, before=_place(asked)
    )
    return {
        "comments": [
            {
                "words": _outcome(each),
                "tone": VISIBILITY_TONES[each.visibility],
                "details": _who(each),
                "created_at": millis(each.created_at),
                "pieces": covered(each.excerpt or no_longer_shown(), is_wanted=is_covered),
            }
            for each in page.comments
        ],
        "before": [page.before[0].isoformat(), page.before[1]] if page.before else None,
    }


def replies_answer(services: Services, actor: Actor, asked: Body) -> dict[str, object]:
    """The first direct answers to a comment."""
    is_covered = wants_cover(services, actor)
    thread = load_thread(services.context, actor, text(asked, "revision"))
    return {
        "replies": [
            {
                "author": reply.author,
                "pieces": covered(reply.text or no_longer_shown(), is_wanted=is_covered),
                "created_at": millis(reply.created_at),
            }
            for reply in thread.replies
        ]
    }


def group_answer(services: Services, actor: Actor, asked: Body) -> dict[str, object]:
    """The waiting cases with nearly the same text."""
    is_covered = wants_cover(services, actor)
    group = find_group(services.context, actor, text(asked, "revision"))
    return {
        "title": group_title(group),
        "words": group_words(group),
        "members": [_member(each, is_covered=is_covered) for each in group.members],
    }


def shortcuts_answer(services: Services, actor: Actor, asked: Body) -> dict[str, object]:
    """Switch the keys on or off for this person."""
    known = load_preferences(services.context, actor)
    are_on = asked.get("are_on") is True
    save_preferences(services.context, actor, replace(known, has_shortcuts=are_on))
    return {}


def mute_answer(services: Services, actor: Actor, asked: Body) -> dict[str, object]:
    """Mute who reported the case."""
    comment = load_case(services.context, actor, text(asked, "revision")).comment
    reporter, because = text(asked, "reporter"), text(asked, "because")
    mute_reporter(services.context, actor, comment.source, reporter, because)
    return {}


def _place(asked: Body) -> tuple[datetime, str] | None:
    if asked.get("before") is None:
        return None
    moment, *rest = texts(asked, "before") or [""]
    try:
        return datetime.fromisoformat(moment).astimezone(UTC), rest[0]
    except (IndexError, ValueError, OverflowError):
        raise NotFound(say("review.outcome.no_page")) from None


def _who(comment: AuthorComment) -> str:
    if comment.actor:
        return say("review.outcome.by_person", who=comment.actor)
    return say("review.outcome.by_rule")


def _outcome(comment: AuthorComment) -> str:
    state = VISIBLE_NOW[comment.visibility]
    if comment.appeal is None:
        return state
    return say(f"review.outcome.{comment.appeal.name.lower()}", state=state)


def _likeness(member: GroupMember) -> str:
    if member.is_same:
        return say("review.group.is_same")
    return say("review.group.alike", percent=decimal(member.likeness * 100, 0))


def _author(member: GroupMember) -> str:
    record = member.record
    if record is None:
        return say("review.record.unnamed")
    comments = count("review.record.comments", record.comments)
    return f"{comments}, {count('review.record.removed', record.removed)}"


def _member(member: GroupMember, *, is_covered: bool) -> dict[str, object]:
    chips = [(_likeness(member), "o")]
    if member.label and member.score is not None:
        chips.append((f"{LABELS[member.label]} {score_figure(member.score)}", "r"))
    return {
        "revision": member.revision_id,
        "version": member.seen_version,
        "chips": chips,
        "is_same": member.is_same,
        "author": member.author,
        "details": f"{_author(member)} · {member.source}",
        "pieces": covered(member.text[:SHOWN_CHARS], is_wanted=is_covered),
    }
