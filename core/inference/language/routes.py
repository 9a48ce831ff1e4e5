"""Which backend scores a text, by the text's language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from core.errors import BackendError
from core.inference.base import Backend, BackendInfo, ErrorKind, TextResult
from core.inference.language.mixed import joined, not_assessed
from core.moderation.languages import TextLanguages, is_assessed
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
class _Plan:
    """The routes of a text: None is the backend in force, a code the scorer of that language. A
    text whose `unassessed` part no backend assesses is scored for the rest of it."""

    routes: tuple[str | None, ...]
    unassessed: str | None = None


@dataclass(frozen=True, slots=True)
class LanguageRoutes:
    """`read` tells the languages of a text. `scorers` score the texts in a language, by its code,
    that the backend in force does not state to assess."""

    read: Callable[[str], TextLanguages]
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
        known = [self.read(text) for text in texts]
        plan_of = {languages: self._plan(languages, info) for languages in set(known)}
        plans = [plan_of[languages] for languages in known]
        if set(plans) == {_HERE}:
            return _with_languages(score(texts), known, plans)
        found: list[dict[str | None, TextResult]] = [{} for _ in texts]
        for code in dict.fromkeys(code for plan in plans for code in plan.routes):
            rows = [row for row, plan in enumerate(plans) if code in plan.routes]
            asked = [texts[row] for row in rows]
            results = score(asked) if code is None else self._by_language(code, asked, mode)
            for row, result in zip(rows, results, strict=True):
                is_named = code is not None or len(plans[row].routes) == 1
                found[row][code] = result if is_named else _named(result, info)
        results = [
            joined([mine[code] for code in plan.routes])
            for mine, plan in zip(found, plans, strict=True)
        ]
        return _with_languages(results, known, plans)

    def is_for(self, text: str, info: BackendInfo) -> bool:
        """Whether the backend in force, which has `info`, scores the text, be it for a part."""
        return self._route(self.read(text).main, info) is None

    def is_for_whole(self, text: str, info: BackendInfo) -> bool:
        """Whether it alone scores the text, and assesses all of it."""
        return self._plan(self.read(text), info) == _HERE

    def close(self) -> None:
        """Closes the backends of all scorers."""
        for scorer in self.scorers.values():
            scorer.backend.close()

    def _plan(self, known: TextLanguages, info: BackendInfo) -> _Plan:
        main = self._route(known.main, info)
        if main is not None and main not in self.scorers:
            return _Plan((main,))
        others = [self._route(code, info) for code in sorted(known.parts)]
        unassessed = [code for code in others if code is not None and code not in self.scorers]
        asked = [code for code in others if code is None or code in self.scorers]
        return _Plan(tuple(dict.fromkeys((main, *asked))), next(iter(unassessed), None))

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
            return [not_assessed(language)] * len(texts)
        try:
            results = scorer.score(texts, mode)
        except BackendError as error:
            # The texts in other languages are not affected.
            failed = TextResult(error=str(error), error_kind=ErrorKind(error.kind))
            return [failed] * len(texts)
        return [_named(result, scorer.backend.info) for result in results]


_HERE = _Plan((None,))


def _named(result: TextResult, info: BackendInfo) -> TextResult:
    return replace(
        result,
        backend=result.backend or info.name,
        model_version=result.model_version or info.model_version,
    )


def _with_languages(
    results: Sequence[TextResult], known: Sequence[TextLanguages], plans: Sequence[_Plan]
) -> tuple[TextResult, ...]:
    # Texts that are the same share one result, and a copy of it takes longer than finding it.
    made: dict[tuple[int, str | None, str | None], TextResult] = {}
    keys = [
        (id(result), languages.main, plan.unassessed)
        for result, languages, plan in zip(results, known, plans, strict=True)
    ]
    for key, result in zip(keys, results, strict=True):
        if key not in made:
            made[key] = replace(result, language=key[1], unassessed_part=key[2])
    return tuple(made[key] for key in keys)
