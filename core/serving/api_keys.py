"""API keys: created once, shown once, stored as a digest.

Each key is a separate file in the folder `api-keys` of MODCONSOLE_HOME, so creating and revoking
need no lock, and revoking a key is deleting its file. A secret has 256 random bits, so a plain
SHA-256 can't be reversed by guessing and no slow hash is needed.
"""

import hashlib
import hmac
import json
import logging
import os
import re
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from core.errors import ConfigError, InvalidInput, NotFound, StoreError
from core.private_files import make_private_folder, open_private_file
from core.strict_json import load_strict

LOG = logging.getLogger(__name__)
PREFIX = "mck"
LOOK_EVERY_S = 1.0
MAX_FILE_BYTES = 4_096
"""A key's file has about 200."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
_KEY = re.compile(rf"{PREFIX}_([0-9a-f]{{12}})_([A-Za-z0-9_-]{{43}})")
_DIGEST = re.compile(r"[0-9a-f]{64}")
# The digest compared for an unknown key id, so that the answer takes the same time.
_NOBODY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class ApiKey:
    """The stored record of a key; it never contains the secret."""

    id: str
    name: str
    digest: str
    created_at: str


class KeyFolder:
    """The API keys of one MODCONSOLE_HOME."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, name: str, now: datetime) -> str:
        """Returns the key, which is not stored and can't be shown again. Raises InvalidInput for a
        name that is in use or not allowed."""
        if not _NAME.fullmatch(name):
            raise InvalidInput("a key's name may hold up to 60 letters, digits, `_`, `.` and `-`")
        if any(key.name == name for key in self.read_all()):
            raise InvalidInput(f"a key named {name!r} exists already; revoke it first")
        key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        key = ApiKey(key_id, name, _digest(secret), now.isoformat(timespec="seconds"))
        try:
            self._write(key)
        except OSError as error:
            raise StoreError(
                f"{self.folder}: no key was created: {error.strerror}; free disk space "
                "or make the folder writable"
            ) from error
        return f"{PREFIX}_{key_id}_{secret}"

    @property
    def is_used(self) -> bool:
        """Whether a key was ever created here. It stays true after the last key is revoked and when
        the folder can't be read: neither may open the API to everybody."""
        try:
            self.folder.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True
        return True

    def read_all(self) -> list[ApiKey]:
        """Every valid key, oldest first. Raises ConfigError for a file that can't be read as a
        key."""
        keys, unreadable = self.read_usable()
        if unreadable:
            raise ConfigError(unreadable[0])
        return keys

    def read_usable(self) -> tuple[list[ApiKey], list[str]]:
        """The valid keys, oldest first, and an error line for each file that is not a key."""
        try:
            paths = sorted(self.folder.iterdir())
        except FileNotFoundError:
            return [], []
        except OSError as error:
            return [], [f"{self.folder}: {error.strerror}"]
        keys: list[ApiKey] = []
        unreadable: list[str] = []
        for path in paths:
            try:
                if path.suffix == ".json" and (key := _read(path)) is not None:
                    keys.append(key)
            except ConfigError as error:
                unreadable.append(str(error))
        return sorted(keys, key=lambda key: (key.created_at, key.name)), unreadable

    def revoke(self, name: str) -> None:
        """Revoke the key with that name or id. Raises NotFound."""
        keys, _ = self.read_usable()
        for key in keys:
            if name in (key.name, key.id):
                (self.folder / f"{key.id}.json").unlink(missing_ok=True)
                return
        raise NotFound(f"there is no key {name!r}; `modconsole key list` lists the keys")

    def _write(self, key: ApiKey) -> None:
        """Writes the file completely or not at all. On failure a new folder is removed too, because
        an empty one means that keys are in use."""
        is_first = not self.folder.exists()
        path = self.folder / f"{key.id}.json"
        # Written under another name first: a reader must never see an incomplete file.
        draft = path.with_suffix(".draft")
        try:
            make_private_folder(self.folder)
            with os.fdopen(open_private_file(draft, os.O_WRONLY | os.O_EXCL), "w") as file:
                json.dump(asdict(key), file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
                if is_first:
                    self.folder.rmdir()  # fails if another process created a key there meanwhile
            raise


def _read(path: Path) -> ApiKey | None:
    """Raises ConfigError for a file that is not a key; pipes and devices are refused because
    reading them could block."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ConfigError(f"{path} is not a key: it is not a regular file")
        if status.st_size > MAX_FILE_BYTES:
            raise ConfigError(f"{path} is not a key: it has over {MAX_FILE_BYTES:,} bytes")
        found = load_strict(path.read_bytes())
        key = ApiKey(**found)
    except FileNotFoundError:
        return None  # revoked between listing and reading
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise ConfigError(f"{path} is not a key: {type(error).__name__}") from error
    if not all(isinstance(value, str) for value in found.values()):
        raise ConfigError(f"{path} is not a key: a field is not text")
    if key.id != path.stem or not _DIGEST.fullmatch(key.digest):
        raise ConfigError(f"{path} is not a key: its name or its digest is wrong")
    if not _NAME.fullmatch(key.name) or not _is_time(key.created_at):
        raise ConfigError(f"{path} is not a key: the name or the time in it is wrong")
    return key


def _is_time(text: str) -> bool:
    try:
        _ = datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


class KeyRing:
    """The keys as a running API uses them: changes in the folder take effect within a second."""

    def __init__(self, folder: KeyFolder, now: Callable[[], float]) -> None:
        self._folder = folder
        self._now = now
        self._named: set[str] = set()
        self._load()

    @property
    def is_needed(self) -> bool:
        """Whether requests need a key."""
        self._look()
        return self._is_used

    def holder(self, presented: str) -> ApiKey | None:
        """The owner of the presented key, or None if it isn't valid. The digest is compared even
        for unknown keys, so that the time reveals nothing."""
        self._look()
        match = _KEY.fullmatch(presented)
        key_id, secret = match.groups() if match else ("", "")
        key = self._keys.get(key_id)
        fits = hmac.compare_digest(_digest(secret), key.digest if key else _NOBODY)
        return key if fits and key and match else None

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


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
