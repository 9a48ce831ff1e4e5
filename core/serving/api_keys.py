"""The folder of API keys: created once, shown once, stored as a digest.

Each key is a separate file in the folder `api-keys` of MODCONSOLE_HOME, so creating and revoking
need no lock, and revoking a key is deleting its file. The time of an empty file beside it is that
of its last use. A secret has 256 random bits, so a plain SHA-256 can't be reversed by guessing and
no slow hash is needed.
"""

import hashlib
import json
import os
import re
import secrets
import stat
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.errors import ConfigError, InvalidInput, NotFound, StoreError
from core.moderation.api_keys import ALL_SCOPES, ApiKey, KeyScope, is_expired
from core.private_files import make_private_folder, open_private_file
from core.strict_json import load_strict

PREFIX = "mck"
MAX_FILE_BYTES = 4_096
"""A key's file has about 200."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_UNKNOWN = "there is no key {!r}; `modconsole key list` lists the keys"


class KeyFolder:
    """The API keys of one MODCONSOLE_HOME."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(
        self,
        name: str,
        now: datetime,
        scopes: tuple[KeyScope, ...] = ALL_SCOPES,
        expires_at: datetime | None = None,
    ) -> str:
        """Returns the key, which is not stored and can't be shown again. Raises InvalidInput for a
        name that is in use or not allowed."""
        if not _NAME.fullmatch(name):
            raise InvalidInput("a key's name may hold up to 60 letters, digits, `_`, `.` and `-`")
        if any(key.name == name and not is_expired(key, now) for key in self.read_all()):
            raise InvalidInput(f"a key named {name!r} exists already; revoke it first")
        return self._make(name, now, scopes, None if expires_at is None else _written(expires_at))

    def rotate(self, name: str, now: datetime, grace: timedelta) -> str:
        """A new key with the name, scopes and expiry of the newest one; older ones are valid for
        `grace` longer, or for as long as they were if that is less. Returned as by `create`. Raises
        NotFound."""
        known = [key for key in self._named(name) if not is_expired(key, now)]
        if not known:
            raise NotFound(_UNKNOWN.format(name))
        newest = known[-1]
        made = self._make(newest.name, now, newest.scopes, newest.expires_at)
        for key in known:
            until = min(now + grace, _time(key.expires_at) or datetime.max.replace(tzinfo=UTC))
            self._store(replace(key, expires_at=_written(until)))
        return made

    def _make(
        self, name: str, now: datetime, scopes: tuple[KeyScope, ...], expires_at: str | None
    ) -> str:
        key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        self._store(ApiKey(key_id, name, digest_of(secret), _written(now), scopes, expires_at))
        return f"{PREFIX}_{key_id}_{secret}"

    def _store(self, key: ApiKey) -> None:
        try:
            self._write(key)
        except OSError as error:
            raise StoreError(
                f"{self.folder}: no key was created: {error.strerror}; free disk space "
                "or make the folder writable"
            ) from error

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

    def revoke(self, name: str) -> list[ApiKey]:
        """Revoke the keys with that name (several after a rotation) or the one with that id.
        Returns them. Raises NotFound."""
        if not (found := self._named(name)):
            raise NotFound(_UNKNOWN.format(name))
        for key in found:
            (self.folder / f"{key.id}.json").unlink(missing_ok=True)
            self._used(key).unlink(missing_ok=True)
        return found

    def _named(self, name: str) -> list[ApiKey]:
        keys, _ = self.read_usable()
        return [key for key in keys if name in (key.name, key.id)]

    def note_use(self, key: ApiKey) -> None:
        """Raises OSError, for example where the folder is read-only."""
        os.close(open_private_file(self._used(key), os.O_WRONLY))
        os.utime(self._used(key))

    def last_used_at(self, key: ApiKey) -> datetime | None:
        """To a minute; None if never, or where the API can't write to the folder."""
        try:
            return datetime.fromtimestamp(self._used(key).stat().st_mtime, UTC)
        except OSError:
            return None

    def _used(self, key: ApiKey) -> Path:
        return self.folder / f"{key.id}.used"

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
        if not isinstance(found, dict):
            raise ConfigError(f"{path} is not a key: it holds no JSON object")
        scopes = tuple(KeyScope(scope) for scope in found.pop("scopes", ALL_SCOPES))
        expires_at = found.pop("expires_at", None)
        key = ApiKey(**found, scopes=scopes, expires_at=expires_at)
    except FileNotFoundError:
        return None  # revoked between listing and reading
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise ConfigError(f"{path} is not a key: {type(error).__name__}") from error
    if not all(isinstance(value, str) for value in found.values()):
        raise ConfigError(f"{path} is not a key: a field is not text")
    if key.id != path.stem or not _DIGEST.fullmatch(key.digest):
        raise ConfigError(f"{path} is not a key: its name or its digest is wrong")
    times = [key.created_at] if expires_at is None else [key.created_at, expires_at]
    if not _NAME.fullmatch(key.name) or not all(map(_is_time, times)):
        raise ConfigError(f"{path} is not a key: the name or the time in it is wrong")
    return key


def _is_time(text: object) -> bool:
    """Whether it is a time with its zone."""
    try:
        return isinstance(text, str) and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _written(time: datetime) -> str:
    return time.isoformat(timespec="seconds")


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def digest_of(secret: str) -> str:
    """The SHA-256 that is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
