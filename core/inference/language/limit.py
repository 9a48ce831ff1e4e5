"""A fallback that assesses fewer languages than the backend it stands in for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.inference.base import (
    Backend,
    BackendInfo,
    BatchResult,
    CallMetadata,
    ErrorKind,
    TextResult,
)
from core.moderation.languages import TextLanguages, is_assessed, language_name


@dataclass(frozen=True, slots=True)
class LanguageLimit:
    """The backend for the texts it assesses by their language; for the others the outage of the
    first backend goes on, so that they are scored once it answers again."""

    backend: Backend
    read: Callable[[str], TextLanguages]

    @property
    def info(self) -> BackendInfo:
        return self.backend.info

    def load(self) -> None:
        """Loads the backend."""
        self.backend.load()

    def score(self, texts: Sequence[str]) -> BatchResult:
        """Only texts that are wholly in languages that the backend assesses are sent to it."""
        missing = [self._missing_language(text) for text in texts]
        rows = [row for row, each in enumerate(missing) if each is None]
        if len(rows) == len(texts):
            return self.backend.score(texts)
        answer = BatchResult((), CallMetadata(0.0))
        if rows:
            answer = self.backend.score([texts[row] for row in rows])
        found = dict(zip(rows, answer.results, strict=True))
        results = (found.get(row, self._missing(each)) for row, each in enumerate(missing))
        return BatchResult(tuple(results), answer.call)

    def health(self) -> str | None:
        return self.backend.health()

    def close(self) -> None:
        self.backend.close()

    def _missing_language(self, text: str) -> str | None:
        known = self.read(text)
        codes = (known.main, *sorted(known.parts))
        return next((code for code in codes if not is_assessed(code, self.info.languages)), None)

    def _missing(self, language: str | None) -> TextResult:
        words = f"the fallback {self.info.name} does not assess {language_name(language or '')}"
        return TextResult(error=words, error_kind=ErrorKind.CONNECT)
