"""A call of every service about texts alike and the comments around one, and who may make it."""

from collections.abc import Callable

from core.bootstrap.services import Services
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.services.conversations import list_author_comments, list_outcomes, load_thread
from core.services.group_decisions import (
    GroupReview,
    decide_group,
    find_decided_group,
    undo_group,
)
from core.services.groups import count_alike, find_group
from core.services.precedents import find_precedents
from tests.factories import HELD, scored


def decide_on_group(services: Services, actor: Actor) -> str:
    members = [(scored(services, HELD).id, 1)]
    key = f"{actor.role}:{members[0][0]}"
    return decide_group(services.context, actor, GroupReview(members, Action.APPROVE, key)).group_id


def undo_a_group(services: Services, actor: Actor) -> None:
    group_id = decide_on_group(services, Actor(actor.id, Role.LEAD))
    undo_group(services.context, actor, group_id)


# Service, what is done with it, and who may: author moderator lead ops admin auditor.
NEAR_TABLE: dict[tuple[str, str], tuple[Callable[[Services, Actor], object], str]] = {
    ("conversations.load_thread", "load"): (
        lambda s, a: load_thread(s.context, a, scored(s, HELD).id),
        "nyynny",
    ),
    ("conversations.list_author_comments", "list"): (
        lambda s, a: list_author_comments(s.context, a, "test", "sam"),
        "nyynny",
    ),
    ("conversations.list_outcomes", "list"): (
        lambda s, a: list_outcomes(s.context, a, "test", "[deleted]"),
        "nyynny",
    ),
    ("group_decisions.decide_group", "decide"): (decide_on_group, "nyynnn"),
    ("group_decisions.undo_group", "undo"): (undo_a_group, "nyynnn"),
    ("group_decisions.find_decided_group", "find"): (
        lambda s, a: find_decided_group(s.context, a, "unknown"),
        "nyynny",
    ),
    ("groups.count_alike", "count"): (lambda s, a: count_alike(s.context, a, []), "nyynny"),
    ("groups.find_group", "find"): (
        lambda s, a: find_group(s.context, a, scored(s, HELD).id),
        "nyynny",
    ),
    ("precedents.find_precedents", "find"): (
        lambda s, a: find_precedents(s.context, a, scored(s, HELD).id),
        "nyynny",
    ),
}
