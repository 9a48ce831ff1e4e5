"""The words of the page API keys."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from core.moderation.api_keys import KeyScope
from core.services.api_keys import ListedKey
from dashboard.staff_texts import said, say

SCOPES = said("keys.scope", KeyScope)
ENDS = {90: "keys.end.days_90", 365: "keys.end.days_365", None: "keys.end.revoked"}
"""After so many days a key may end, with the keys of the words."""


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
        return say("keys.table.no_end")
    end = f"{datetime.fromisoformat(each.key.expires_at):%Y-%m-%d %H:%M}"
    return say("keys.table.expired", end=end) if each.is_expired else end
