"""The protocol of a store for the serving log, and what its paths look like."""

from typing import Protocol


class LogStore(Protocol):
    """Keeps objects under paths like `calls/date=2026-11-01/hour=12/NAME.parquet`.

    Every method raises StoreError when trying again does not help (no such bucket, not allowed),
    and LogStoreUnavailable when it may (no answer, no space).
    """

    @property
    def name(self) -> str:
        """The address, as shown to people."""
        ...

    def put(self, path: str, content: bytes) -> None:
        """Store the object, whole or not at all, in place of one with the same path. It outlasts
        a crash once this returns."""
        ...

    def get(self, path: str) -> bytes:
        """The content. Raises NotFound."""
        ...

    def paths(self, folder: str) -> frozenset[str]:
        """The paths of all objects in the folder and those below."""
        ...
