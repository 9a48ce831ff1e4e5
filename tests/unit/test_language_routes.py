"""Texts go to the backend that assesses their language, or to none."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from core.clock import system_clock
from core.errors import BackendError
from core.inference.base import BatchResult, ErrorKind
from core.inference.fake import FakeBackend
from core.inference.language.limit import LanguageLimit
from core.inference.language.routes import LanguageRoutes
from core.inference.scorer import Scorer
from core.moderation.scores import Label
from core.servinglog.memory import MemoryLog
from core.servinglog.record import Mode

ENGLISH, GERMAN, THAI = "You idiot.", "de: du idiot", "th: thanks"


class Recorder(FakeBackend):
    """Keeps the texts it was sent."""

    def __init__(self, name: str, languages: tuple[str, ...] | None, error: str = "") -> None:
        super().__init__()
        self._info = replace(self._info, name=name, model_version=f"{name}-1", languages=languages)
        self.sent: list[str] = []
        self._error = error

    def score(self, texts: Sequence[str]) -> BatchResult:
        self.sent += texts
        if self._error:
            raise BackendError(f"{self._info.name} is out", kind=self._error)
        return super().score(texts)


def detect(text: str) -> str | None:
    code, mark, _ = text.partition(": ")
    return code if mark else None


def scorer(main: Recorder, **others: Recorder) -> tuple[Scorer, MemoryLog]:
    log, clock = MemoryLog(), system_clock()
    by_language = {code: Scorer(other, log, clock) for code, other in others.items()}
    return Scorer(main, log, clock, LanguageRoutes(detect, by_language)), log


def test_text_in_a_language_nothing_assesses_is_sent_nowhere() -> None:
    main = Recorder("main", ("en",))
    asked, log = scorer(main)
    first, second, third = asked.score([GERMAN, ENGLISH, THAI], Mode.BATCH)
    assert main.sent == [ENGLISH]
    assert second.scores[Label.INSULT] == 0.95
    assert second.language is None
    for result, code, name in ((first, "de", "German"), (third, "th", "Thai")):
        assert (result.scores, result.language) == ({}, code)
        assert result.error_kind is ErrorKind.LANGUAGE
        assert result.error == f"language not assessed: {name}"
    (record,) = log.records
    assert (record.batch_size, record.error_count) == (1, 0)


def test_nothing_is_sent_if_no_text_is_assessed() -> None:
    main = Recorder("main", ("en",))
    asked, log = scorer(main)
    (result,) = asked.score([GERMAN], Mode.REALTIME)
    assert result.error_kind is ErrorKind.LANGUAGE
    assert (main.sent, list(log.records)) == ([], [])


def test_backend_by_language_gets_its_texts_and_is_named() -> None:
    main, german = Recorder("main", ("en",)), Recorder("german", ("de",))
    asked, log = scorer(main, de=german)
    first, second = asked.score([GERMAN, ENGLISH], Mode.BATCH)
    assert (german.sent, main.sent) == ([GERMAN], [ENGLISH])
    assert (first.backend, first.model_version) == ("german", "german-1")
    assert (second.backend, second.model_version) == (None, None)
    assert first.scores[Label.INSULT] == 0.95
    assert [(record.backend, record.batch_size) for record in log.records] == [
        ("german", 1),
        ("main", 1),
    ]


@pytest.mark.parametrize(
    ("languages", "german_is_sent"),
    [(("en", "de"), "main"), (None, "german"), (("en",), "german")],
)
def test_backend_in_force_keeps_the_languages_it_states(
    languages: tuple[str, ...] | None, german_is_sent: str
) -> None:
    main, german = Recorder("main", languages), Recorder("german", ("de",))
    asked, _ = scorer(main, de=german)
    asked.score([GERMAN], Mode.BATCH)
    assert (main.sent or german.sent) == [GERMAN]
    assert bool(german.sent) is (german_is_sent == "german")


def test_backend_that_states_no_languages_gets_all() -> None:
    main = Recorder("main", None)
    asked, _ = scorer(main)
    asked.score([GERMAN, THAI, ENGLISH], Mode.BATCH)
    assert main.sent == [GERMAN, THAI, ENGLISH]


@pytest.mark.parametrize("kind", [ErrorKind.CONNECT, ErrorKind.TIMEOUT])
def test_outage_of_one_language_leaves_the_others_alone(kind: ErrorKind) -> None:
    main, german = Recorder("main", ("en",)), Recorder("german", ("de",), error=kind)
    asked, _ = scorer(main, de=german)
    first, second = asked.score([GERMAN, ENGLISH], Mode.BATCH)
    assert (first.error_kind, first.scores) == (kind, {})
    assert second.error is None


def test_fallback_is_not_asked_for_what_it_cannot_read() -> None:
    second = Recorder("second", ("en",))
    limited = LanguageLimit(second, detect)
    first, other = limited.score([GERMAN, ENGLISH]).results
    assert second.sent == [ENGLISH]
    assert first.error_kind is ErrorKind.CONNECT  # an outage: it is scored again later
    assert first.error == "the fallback second does not assess German"
    assert other.error is None
    assert limited.score([GERMAN]).results[0].error is not None
    assert limited.score([ENGLISH]).results[0].error is None
