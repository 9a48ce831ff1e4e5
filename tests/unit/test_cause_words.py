"""What is told of a likely cause is told in the reader's language, every sentence of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.servinglog.causes.cause import LikelyCause
from core.servinglog.causes.facts import ChangeKind, SiteChange
from core.servinglog.causes.failing import _REFUSALS, _UNREACHED
from core.servinglog.causes.likely_cause import likely_cause
from core.servinglog.causes.refusing import _WORDS
from dashboard.overview.cause_words import in_own_words
from dashboard.staff_texts import reading
from tests.unit.test_likely_cause import ALL_BAD, BEGAN, CASES, SLOW, bad, facts, failing

VERSION = SiteChange(ChangeKind.MODEL, "gpu", "1.2", BEGAN - timedelta(seconds=40))
EVERY = {
    **{name: known for name, (known, kind) in CASES.items() if kind},
    **{kind: facts(failing({kind: 100}), ALL_BAD) for kind in (*_REFUSALS, *_UNREACHED)},
    **{
        f"{kind} for a while": facts(failing({kind: 50}), bad(0.5, 2, last_bad_at=BEGAN))
        for kind in _UNREACHED
    },
    **{reason: facts(refused={reason: 300}) for reason in _WORDS},
    "a new version": facts(SLOW, ALL_BAD, changes=(VERSION,)),
    "a new version at once": facts(SLOW, ALL_BAD, changes=(replace(VERSION, at=BEGAN),)),
    "two phases": facts(replace(SLOW, network_ms=900.0), ALL_BAD),
}


def cause_of(name: str) -> LikelyCause:
    cause = likely_cause(EVERY[name])
    assert cause is not None
    return cause


@pytest.mark.parametrize("name", EVERY)
def test_every_sentence_is_told_in_the_readers_language(name: str) -> None:
    cause = cause_of(name)
    for sentence in (cause.sentence, *cause.evidence, cause.advice):
        assert in_own_words(sentence) == sentence
        for language in ("de", "fr"):
            with reading(language):
                told = in_own_words(sentence)
            assert told != sentence
            assert not {"the", "calls", "took", "and", "it"} & set(told.split())


def test_values_are_told_in_the_readers_form() -> None:
    cause = cause_of("two phases")
    with reading("de"):
        assert in_own_words(cause.sentence) == (
            "Das Backend gpu ist langsam: Es antwortet in 1,2 s statt in 90 ms."
        )
        assert in_own_words(cause.evidence[0]) == (
            "Berechnung: 1,2 s statt 80 ms, Netz: 900 ms statt 7,0 ms; nicht gewachsen: "
            "Warteschlange und Tokenisierung."
        )
    with reading("fr"):
        assert in_own_words(cause.evidence[0]) == (
            "Calcul : 1,2 s au lieu de 80 ms, réseau : 900 ms au lieu de 7,0 ms ; sans hausse : "
            "file et tokenisation."
        )


def test_names_and_versions_stay_as_they_are() -> None:
    cause = cause_of("a new version")
    with reading("de"):
        assert in_own_words(cause.evidence[-1]) == (
            "Version 1.2 von gpu erschien zum ersten Mal um 11:55:20 UTC; 40 s später begann es."
        )
        assert in_own_words("Restart api-1, timeout.") == "api-1, timeout neu starten."


def test_kinds_of_failures_are_told() -> None:
    with reading("de"):
        assert in_own_words("1,200 of 2,400 calls failed (1,100 timeout, 100 circuit open).") == (
            "Fehlgeschlagen: 1.200 von 2.400 Aufrufen (1.100× zu spät, 100× nicht aufgerufen)."
        )


def test_what_is_not_known_is_shown_as_it_is() -> None:
    with reading("de"):
        assert in_own_words("It rains.") == "It rains."
