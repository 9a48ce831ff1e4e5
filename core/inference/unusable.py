"""Replaces a backend that can't be created, so that the console runs and shows the reason."""

from collections.abc import Sequence

from core.errors import BackendError, ConsoleError
from core.inference.base import BackendInfo, BatchResult, ErrorKind


class UnusableBackend:
    """Fails every call with the reason; sends nothing."""

    def __init__(self, info: BackendInfo, problem: ConsoleError) -> None:
        self._info = info
        self._problem = str(problem)
        self._kind = ErrorKind.CONFIGURATION.value
        if isinstance(problem, BackendError):
            self._kind = problem.kind

    @property
    def info(self) -> BackendInfo:
        """As far as it is declared."""
        return self._info

    def load(self) -> None:
        """There is nothing to load."""

    def score(self, texts: Sequence[str]) -> BatchResult:
        """Raises BackendError, always."""
        del texts
        raise BackendError(self._problem, kind=self._kind, attempts=0)

    def health(self) -> str | None:
        """Why the backend can't be used."""
        return self._problem

    def close(self) -> None:
        """There is nothing to close."""
