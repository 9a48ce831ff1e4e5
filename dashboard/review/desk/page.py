"""The review queue as one component; texts and scores reach it by `routes`, never by this page."""

import streamlit as st

from core.bootstrap.services import Services
from core.moderation.permissions import Actor, Permission, can
from core.services.preferences import load_preferences
from core.services.queries import list_reasons, list_undoable
from dashboard.review.desk.component import desk
from dashboard.review.desk.queue import filters_from

SHOWN_MS = 40
"""A press within this time after a comment was painted was meant for the one before."""


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
                {"code": each.code, "title": each.title, "text": each.text}
                for each in list_reasons(services.context, actor)
            ],
            "undoable": [list(each) for each in mine],
            "shown_ms": SHOWN_MS,
            "grace_ms": int(services.context.grace.total_seconds() * 1_000),
            "shortcuts": load_preferences(services.context, actor).has_shortcuts,
        }
    )
