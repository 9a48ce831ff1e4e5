"""Which backend scores a text, by the text's language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from core.errors import BackendError
from core.inference.base import Backend, BackendInfo, ErrorKind, TextResult
from core.moderation.languages import is_assessed, not_assessed_words
from core.servinglog.record import Mode


class LanguageScorer(Protocol):
    """A scorer of the texts in one language."""

    @property
    def backend(self) -> Backend:
        """What it asks."""
        ...

    def score(self, texts: Sequence[str], mode: Mode) -> tuple[TextResult, ...]:
        """As `core.inference.scorer.Scorer.score`."""
        ...


@dataclass(frozen=True, slots=True)
class LanguageRoutes:
    """`detect` gives the code of a text's language, None if it is unsure. `scorers` score the texts
    in a language, by its code, that the backend in force does not state to assess."""

    detect: Callable[[str], str | None]
    scorers: Mapping[str, LanguageScorer]

    def score(
        self,
        texts: Sequence[str],
        mode: Mode,
        info: BackendInfo,
        score: Callable[[Sequence[str]], Sequence[TextResult]],
    ) -> tuple[TextResult, ...]:
        """One result for each text. `score` scores those that the backend in force, which has
        `info`, assesses; it is not called if there are none."""
        languages = [self.detect(text) for text in texts]
        route_of = {language: self._route(language, info) for language in set(languages)}
        routes = [route_of[language] for language in languages]
        if set(routes) == {None}:
            return _with_languages(score(texts), languages)
        found: dict[int, TextResult] = {}
        for code in dict.fromkeys(routes):
            rows = [row for row, route in enumerate(routes) if route == code]
            asked = [texts[row] for row in rows]
            results = score(asked) if code is None else self._by_language(code, asked, mode)
            found |= zip(rows, results, strict=True)
        return _with_languages([found[row] for row in range(len(texts))], languages)

    def is_for(self, text: str, info: BackendInfo) -> bool:
        """Whether the backend in force, which has `info`, scores the text."""
        return self._route(self.detect(text), info) is None

    def close(self) -> None:
        """Closes the backends of all scorers."""
        for scorer in self.scorers.values():
            scorer.backend.close()

    def _route(self, language: str | None, info: BackendInfo) -> str | None:
        """None for the backend in force, else the language whose scorer is asked, if any."""
        if language is None or language in (info.languages or ()):
            return None
        if language in self.scorers or not is_assessed(language, info.languages):
            return language
        return None

    def _by_language(self, language: str, texts: Sequence[str], mode: Mode) -> Sequence[TextResult]:
        scorer = self.scorers.get(language)
        if scorer is None:
            words = not_assessed_words(language)
            return [TextResult(error=words, error_kind=ErrorKind.LANGUAGE)] * len(texts)
        try:
            results = scorer.score(texts, mode)
        except BackendError as error:
            # The texts in other languages are not affected.
            failed = TextResult(error=str(error), error_kind=ErrorKind(error.kind))
            return [failed] * len(texts)
        info = scorer.backend.info
        return [
            replace(
                result,
                backend=result.backend or info.name,
                model_version=result.model_version or info.model_version,
            )
            for result in results
        ]


def _with_languages(
    results: Sequence[TextResult], languages: Sequence[str | None]
) -> tuple[TextResult, ...]:
    # Texts that are the same share one result, and a copy of it takes longer than finding it.
    made: dict[tuple[int, str | None], TextResult] = {}
    for result, language in zip(results, languages, strict=True):
        key = (id(result), language)
        if key not in made:
            made[key] = replace(result, language=language)
    return tuple(
        made[id(result), language] for result, language in zip(results, languages, strict=True)
    )
