"""Opens the log's shared store that MODCONSOLE_LOG_STORE names."""

from pathlib import Path

from core.clock import Clock
from core.config import LOG_STORE_NONE, Settings
from core.environment import environment_variable
from core.errors import ConfigError
from core.servinglog.shared.address import S3_ADDRESS
from core.servinglog.shared.base import LogStore
from core.servinglog.shared.catalogue import StoredObjects
from core.servinglog.shared.folder import FolderLogStore
from core.servinglog.shared.stored import StoredLog

ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")


def open_log_store(settings: Settings) -> LogStore:
    """The store, which is not asked yet. Raises ConfigError if the settings name none."""
    if settings.log_store == LOG_STORE_NONE:
        raise ConfigError("MODCONSOLE_LOG_STORE names no store: set a folder or s3://BUCKET/PREFIX")
    bucket = S3_ADDRESS.fullmatch(settings.log_store)
    if bucket is None:
        return FolderLogStore(Path(settings.log_store))
    from core.servinglog.shared.s3 import S3LogStore

    endpoint = next(filter(None, map(environment_variable, ENDPOINTS)), None)
    return S3LogStore(bucket[1], (bucket[2] or "").strip("/"), endpoint)


def open_stored_log(settings: Settings, clock: Clock) -> StoredLog | None:
    """The log of other machines, for readers; None if the settings name no store."""
    if settings.log_store == LOG_STORE_NONE:
        return None
    return StoredLog(StoredObjects(open_log_store(settings), settings.serving_log_dir, clock))
