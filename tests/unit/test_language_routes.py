"""Texts go to the backend that assesses their language, or to none."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from core.clock import system_clock
from core.errors import BackendError
from core.inference.base import BatchResult, ErrorKind, TextResult
from core.inference.fake import FakeBackend
from core.inference.language.limit import LanguageLimit
from core.inference.language.mixed import as_a_whole, joined
from core.inference.language.routes import LanguageRoutes
from core.inference.scorer import Scorer
from core.moderation.languages import TextLanguages
from core.moderation.policies import Action, LanguageRule
from core.moderation.scores import Label
from core.servinglog.memory import MemoryLog
from core.servinglog.record import Mode
from tests.policies import fixed_policy

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


def read(text: str) -> TextLanguages:
    """`de: ...` is in German, `... | de` has a part in German."""
    code, mark, _ = text.partition(": ")
    return TextLanguages(code if mark else None, frozenset(text.split(" | ")[1:]))


def scorer(main: Recorder, **others: Recorder) -> tuple[Scorer, MemoryLog]:
    log, clock = MemoryLog(), system_clock()
    by_language = {code: Scorer(other, log, clock) for code, other in others.items()}
    return Scorer(main, log, clock, LanguageRoutes(read, by_language)), log


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
    limited = LanguageLimit(second, read)
    first, other = limited.score([GERMAN, ENGLISH]).results
    assert second.sent == [ENGLISH]
    assert first.error_kind is ErrorKind.CONNECT  # an outage: it is scored again later
    assert first.error == "the fallback second does not assess German"
    assert other.error is None
    assert limited.score([GERMAN]).results[0].error is not None
    assert limited.score([ENGLISH]).results[0].error is None


MIXED = "fine words | de"


def test_text_with_an_unassessed_part_is_scored_for_the_rest_and_says_so() -> None:
    main = Recorder("main", ("en",))
    asked, _ = scorer(main)
    mixed, plain = asked.score([MIXED, ENGLISH], Mode.BATCH)
    assert main.sent == [MIXED, ENGLISH]
    assert (mixed.unassessed_part, plain.unassessed_part) == ("de", None)
    assert mixed.scores
    assert (asked.assesses(MIXED), asked.assesses_whole(MIXED)) == (True, False)
    assert asked.assesses_whole(ENGLISH)


@pytest.mark.parametrize("languages", [None, ("en", "de")])
def test_backend_for_that_language_leaves_nothing_out(languages: tuple[str, ...] | None) -> None:
    asked, _ = scorer(Recorder("main", languages))
    (mixed,) = asked.score([MIXED], Mode.BATCH)
    assert mixed.unassessed_part is None
    assert asked.assesses_whole(MIXED)


def test_mixed_text_has_the_highest_scores_of_the_backends_for_its_languages() -> None:
    main, german = Recorder("main", ("en",)), Recorder("german", ("de",))
    asked, _ = scorer(main, de=german)
    text = "You idiot. | de"
    (mixed,) = asked.score([text], Mode.BATCH)
    assert (main.sent, german.sent) == ([text], [text])
    assert mixed.scores[Label.INSULT] == 0.95
    assert (mixed.backend, mixed.model_version) == ("main + german", "main-1 + german-1")
    assert mixed.unassessed_part is None


def test_mixed_text_fails_with_either_of_its_backends() -> None:
    main, german = Recorder("main", ("en",)), Recorder("german", ("de",), ErrorKind.CONNECT)
    (mixed,) = scorer(main, de=german)[0].score([MIXED], Mode.BATCH)
    assert (mixed.error_kind, mixed.scores) == (ErrorKind.CONNECT, {})


def test_of_two_backends_each_label_has_the_higher_score() -> None:
    low = TextResult({Label.THREAT: 0.1, Label.INSULT: 0.8}, backend="a", unread_chars=3)
    high = TextResult({Label.THREAT: 0.9, Label.INSULT: 0.2}, backend="b")
    both = joined([low, high])
    assert both.scores == {Label.THREAT: 0.9, Label.INSULT: 0.8}
    assert (both.backend, both.unread_chars) == ("a + b", 3)


def test_fallback_is_not_asked_for_a_part_that_it_cannot_read() -> None:
    second = Recorder("second", ("en",))
    (result,) = LanguageLimit(second, read).score([MIXED]).results
    assert (result.error_kind, second.sent) == (ErrorKind.CONNECT, [])


@pytest.mark.parametrize(
    ("threat", "german", "stands"),
    [
        (0.01, None, False),
        (0.99, None, True),
        (0.01, Action.APPROVE, True),
        (0.01, Action.HOLD, False),
    ],
)
def test_scores_of_the_rest_stand_only_if_they_are_acted_on_or_the_language_is_approved(
    threat: float, german: Action | None, stands: bool
) -> None:
    rules = (LanguageRule("de", german),) if german else ()
    policy = replace(fixed_policy(system_clock().now()), language_rules=rules)
    result = TextResult({Label.THREAT: threat}, language="en", unassessed_part="de")
    told = as_a_whole(result, policy)
    assert (told == result) is stands
    assert stands or (told.error_kind, told.language) == (ErrorKind.LANGUAGE, "de")
    assert as_a_whole(result).error_kind is ErrorKind.LANGUAGE, "no policy is asked"
