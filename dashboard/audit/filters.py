"""The filters of the audit page; each is part of the address, so that a link can be kept."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

import streamlit as st

from core.bootstrap.services import Services
from core.moderation.audit import AuditFilter
from core.moderation.permissions import Actor
from core.services.audit import list_audit_actors
from dashboard.audit.wording import EVERYBODY, EVERYTHING, KINDS, kind_of

MOST_SUBJECT_CHARS = 200


def chosen_filter(services: Services, actor: Actor, zone: tzinfo) -> AuditFilter:
    """Draws the filters. Days are days in the viewer's zone."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        what = st.selectbox(
            "What", [EVERYTHING, *KINDS.values()], key="audit_what", bind="query-params"
        )
        people = [EVERYBODY, *list_audit_actors(services.context, actor)]
        who = st.selectbox("Who", people, key="audit_who", bind="query-params")
        about = st.text_input(
            "About",
            key="audit_about",
            bind="query-params",
            max_chars=MOST_SUBJECT_CHARS,
            placeholder="a comment's reference, or an id",
        )
        since = _day("From", "audit_since")
        until = _day("To", "audit_until")
    return AuditFilter(
        kind=kind_of(what),
        actor=None if who == EVERYBODY else who,
        subject_id=about.strip() or None if about else None,
        since=_start(since, zone),
        until=_start(until + timedelta(days=1) if until else None, zone),
    )


def _day(label: str, key: str) -> date | None:
    return st.date_input(label, None, key=key, format="YYYY-MM-DD", bind="query-params")


def _start(day: date | None, zone: tzinfo) -> datetime | None:
    return datetime.combine(day, time.min, zone).astimezone(UTC) if day else None
