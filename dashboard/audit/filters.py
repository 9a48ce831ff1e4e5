"""The filters of the audit page; each is part of the address, so that a link can be kept."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import streamlit as st

from core.bootstrap.services import Services
from core.moderation.audit import AuditFilter
from core.moderation.permissions import Actor
from core.services.audit import list_audit_actors
from dashboard.address_choices import read_in_any_language
from dashboard.audit.wording import EVERYBODY, kind_choices, kind_of
from dashboard.staff_texts import say

MOST_SUBJECT_CHARS = 200


def chosen_filter(services: Services, actor: Actor, zone: tzinfo) -> AuditFilter:
    """Draws the filters. Days are days in the viewer's zone."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        what = _what()
        who = _who(list_audit_actors(services.context, actor))
        about = st.text_input(
            say("audit.filter.about"),
            key="audit_about",
            bind="query-params",
            max_chars=MOST_SUBJECT_CHARS,
            placeholder=say("audit.filter.about_example"),
        )
        since = _day(say("audit.filter.since"), "audit_since")
        until = _day(say("audit.filter.until"), "audit_until")
    return AuditFilter(
        kind=kind_of(what),
        actor=None if who == EVERYBODY else who,
        subject_id=about.strip() or None if about else None,
        since=_start(since, zone),
        until=_start(until + timedelta(days=1) if until else None, zone),
    )


def _what() -> str:
    keys = kind_choices()
    read_in_any_language("audit_what", keys)
    return st.selectbox(
        say("audit.filter.what"),
        list(keys),
        key="audit_what",
        format_func=lambda choice: say(keys[choice]),
        bind="query-params",
    )


def _who(people: Sequence[str]) -> str:
    read_in_any_language("audit_who", {EVERYBODY: "audit.filter.everybody"})
    return st.selectbox(
        say("audit.filter.who"),
        [EVERYBODY, *people],
        key="audit_who",
        format_func=lambda who: say("audit.filter.everybody") if who == EVERYBODY else who,
        bind="query-params",
    )


def _day(label: str, key: str) -> date | None:
    return st.date_input(label, None, key=key, format="YYYY-MM-DD", bind="query-params")


def _start(day: date | None, zone: tzinfo) -> datetime | None:
    return datetime.combine(day, time.min, zone).astimezone(UTC) if day else None
