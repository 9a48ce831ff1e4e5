"""The words of the page API keys. Pure."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from core.moderation.api_keys import KeyScope
from core.services.api_keys import ListedKey

SCOPES = {
    KeyScope.COMMENTS_WRITE: "send and withdraw comments",
    KeyScope.DECISIONS_READ: "read decisions",
    KeyScope.REPORTS_WRITE: "send reports",
    KeyScope.SCORE: "score without storing",
}
ENDS = {90: "in 90 days", 365: "in a year", None: "when it is revoked"}
NO_KEY = (
    "There is no key yet. Until there is one, the API answers every program on this machine, and "
    "nobody else."
)
ONCE = "Copy it now: only its digest is stored, and it is not shown again."
GRACE = "The old key stays valid for a day, so that the site can change to the new one."
REVOKING = "The API refuses it within a second. That can't be undone."


def keys_table(listed: Sequence[ListedKey]) -> pd.DataFrame:
    """A row for each key, newest first."""
    return pd.DataFrame(
        [
            {
                "name": each.key.name,
                "valid until": _end(each),
                "last used": each.last_used_at,
                "may": ", ".join(SCOPES[scope] for scope in each.key.scopes),
                "made": datetime.fromisoformat(each.key.created_at),
                "id": each.key.id,
            }
            for each in reversed(listed)
        ]
    )


def _end(each: ListedKey) -> str:
    if each.key.expires_at is None:
        return "no end"
    end = f"{datetime.fromisoformat(each.key.expires_at):%Y-%m-%d %H:%M}"
    return f"expired {end}" if each.is_expired else end
