"""The review queue as one component; texts and scores reach it by `routes`, never by this page."""

from collections.abc import Sequence

import streamlit as st

from core.bootstrap.services import Services
from core.moderation.permissions import Actor, Permission, can
from core.services.preferences import load_preferences
from core.services.queries import list_reasons, list_undoable
from core.store.views import OwnDecision
from dashboard.reason_words import reason_words
from dashboard.review.desk.component import desk
from dashboard.review.desk.queue import filters_from
from dashboard.staff_texts import staff_texts

SHOWN_MS = 40
"""A press within this time after a comment was painted was meant for the one before."""
SAID_THERE = "desk."
"""How the keys of what the browser says begin."""


def undoable_json(known: Sequence[OwnDecision]) -> list[dict[str, object]]:
    """What `U` takes back, newest last: a group is taken back by one press."""
    shown: dict[str, dict[str, object]] = {}
    for own in known:
        entry: dict[str, object] = {"revision": own.revision_id, "version": own.version}
        if own.group:
            # Where its newest member stands; the members tell it from a press not yet confirmed.
            earlier = shown.pop(own.group, {"group_id": own.group, "members": []})
            members = [*earlier["members"], [own.revision_id, own.version - 1]]  # type: ignore[misc]
            entry = {**earlier, "members": members}
        shown[own.group or f"{own.revision_id} {own.version}"] = entry
    return list(shown.values())


def desk_words() -> dict[str, object]:
    """What the desk says by itself, and the language whose numbers and plurals it uses."""
    texts = staff_texts()
    own = {key: text for key, text in texts.sentences.items() if key.startswith(SAID_THERE)}
    return {"language": texts.language, "words": own}


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    mine = list_undoable(services.context, actor) if can(actor, Permission.DECIDE) else ()
    desk(
        {
            "who": actor.id,
            "filters": filters_from(st.query_params),
            "query": st.query_params.get("q", ""),
            "revision": st.query_params.get("case"),
            "reasons": [
                {"code": each.code, "title": words.title, "text": words.text}
                for each in list_reasons(services.context, actor)
                if (words := reason_words(each))
            ],
            "undoable": undoable_json(mine),
            "shown_ms": SHOWN_MS,
            "grace_ms": int(services.context.grace.total_seconds() * 1_000),
            "shortcuts": load_preferences(services.context, actor).has_shortcuts,
            **desk_words(),
        }
    )
