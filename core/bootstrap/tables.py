"""What scoring a table needs: the policy, and the files or the database that an address names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.bootstrap.state import has_state, open_store
from core.config import Settings
from core.errors import InvalidInput
from core.moderation.default_policy import default_policy
from core.moderation.policies import Policy
from core.sources.tables.address import DatabaseAddress, database_address


@dataclass(frozen=True, slots=True)
class Files:
    """One file, or the Parquet files of a folder or a pattern, in the order of their names."""

    paths: Sequence[Path]


def source_of(text: str) -> DatabaseAddress | Files:
    """Raises InvalidInput if a folder or a pattern has no Parquet file."""
    address = database_address(text)
    if address is not None:
        return address
    path = Path(text)
    if path.is_dir():
        found = sorted(path.rglob("*.parquet"))
    elif set(text) & set("*?[") and not path.exists():
        found = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
    else:
        return Files([path])
    if not found:
        raise InvalidInput(f"{text}: there is no Parquet file")
    return Files(found)


def policy_of(settings: Settings, now: datetime) -> Policy:
    """The policy in force of the site, or the default one if there is no site yet."""
    if not has_state(settings):
        return default_policy(now)
    store = open_store(settings)
    try:
        with store.read() as reader:
            return reader.newest_policy() or default_policy(now)
    finally:
        store.close()
