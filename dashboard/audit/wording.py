"""The words of the audit page."""

from collections.abc import Sequence
from datetime import tzinfo

import pandas as pd

from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.invisible import escape_invisible
from core.moderation.languages import ENGLISH
from core.texts.texts import staff_texts_in
from dashboard.staff_texts import said, say

EVERYTHING, EVERYBODY = "everything", "everybody"
"""As links have them."""
KINDS = said("audit.kind", AuditKind)


def kind_choices() -> dict[str, str]:
    """Each choice of a kind as links have it, in English, with the key of its words."""
    english = staff_texts_in(ENGLISH)
    kinds = {english.say(key): key for key in map(_key_of, AuditKind)}
    return {EVERYTHING: "audit.filter.everything", **kinds}


def kind_of(choice: str) -> AuditKind | None:
    """The kind of a choice, None for EVERYTHING."""
    english = staff_texts_in(ENGLISH)
    return next((kind for kind in AuditKind if english.say(_key_of(kind)) == choice), None)


def _key_of(kind: AuditKind) -> str:
    return f"audit.kind.{kind.name.lower()}"


def event_frame(events: Sequence[AuditEvent], zone: tzinfo) -> pd.DataFrame:
    """A row for each event. What people and sources wrote is shown with its invisible characters
    spelt out."""
    times = (event.occurred_at.astimezone(zone) for event in events)
    return pd.DataFrame(
        {
            say("audit.column.when"): [f"{time:%Y-%m-%d %H:%M:%S}" for time in times],
            say("audit.column.what"): [KINDS[event.kind] for event in events],
            say("audit.column.who"): [escape_invisible(event.actor) for event in events],
            say("audit.column.about"): [escape_invisible(event.subject_id) for event in events],
            say("audit.column.details"): [_details(event) for event in events],
        }
    )


def _details(event: AuditEvent) -> str:
    told = (f"{name} {value}".strip() for name, value in event.data.items() if value)
    return escape_invisible(", ".join(told))
