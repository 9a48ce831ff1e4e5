"""Sign-ins: which person a browser is signed in as, and for how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta

SIGN_IN_DAYS = 30


@dataclass(frozen=True, slots=True)
class SignIn:
    """One browser's. The token itself is known to the browser alone."""

    token_digest: str
    actor_id: str
    signed_in_at: datetime

    def is_in_force(self, now: datetime) -> bool:
        """Whether the person is still signed in."""
        return now - self.signed_in_at < timedelta(days=SIGN_IN_DAYS)
