"""The API keys as a running API uses them."""

import hashlib
import hmac
import logging
import re
from collections.abc import Callable
from contextlib import suppress

from core.moderation.api_keys import ApiKey
from core.serving.api_keys import PREFIX, KeyFolder, digest_of

LOG = logging.getLogger(__name__)
LOOK_EVERY_S = 1.0
NOTE_EVERY_S = 60.0
_KEY = re.compile(rf"{PREFIX}_([0-9a-f]{{12}})_([A-Za-z0-9_-]{{43}})")
# The digest compared for an unknown key id, so that the answer takes the same time.
_NOBODY = hashlib.sha256(b"").hexdigest()


class KeyRing:
    """Changes in the folder take effect within a second."""

    def __init__(self, folder: KeyFolder, now: Callable[[], float]) -> None:
        self._folder = folder
        self._now = now
        self._named: set[str] = set()
        self._used_at: dict[str, float] = {}
        self._load()

    @property
    def is_needed(self) -> bool:
        """Whether requests need a key."""
        self._look()
        return self._is_used

    def holder(self, presented: str) -> ApiKey | None:
        """The presented key's record, also if it expired; None if there is no such key. The digest
        is compared even for unknown keys, so that the time reveals nothing."""
        self._look()
        match = _KEY.fullmatch(presented)
        key_id, secret = match.groups() if match else ("", "")
        key = self._keys.get(key_id)
        fits = hmac.compare_digest(digest_of(secret), key.digest if key else _NOBODY)
        if not (fits and key and match):
            return None
        self._note_use(key)
        return key

    def _note_use(self, key: ApiKey) -> None:
        """At most once a minute. When a key was used is worth no failed request."""
        if self._now() - self._used_at.get(key.id, -NOTE_EVERY_S) >= NOTE_EVERY_S:
            self._used_at[key.id] = self._now()
            with suppress(OSError):
                self._folder.note_use(key)

    def _look(self) -> None:
        if self._now() - self._looked_at >= LOOK_EVERY_S:
            self._load()

    def _load(self) -> None:
        """Loads the folder. A file that is not a key is named in the log once; the other keys stay
        valid."""
        self._is_used = self._folder.is_used
        keys, unreadable = self._folder.read_usable()
        self._keys = {key.id: key for key in keys}
        for line in sorted(set(unreadable) - self._named):
            LOG.error("%s; it is ignored until it is corrected or removed", line)
        self._named = set(unreadable)
        self._looked_at = self._now()
