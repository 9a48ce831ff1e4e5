"""What core says in English is found again in the texts, so that no page says it in English."""

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from core.moderation.languages import ENGLISH
from core.parity.causes import Evidence, Finding
from core.parity.diagnosis import diagnose
from core.servinglog.estimates.levers import Lever, ParityMeasure, SiteMeasures
from core.texts.texts import staff_texts_in
from dashboard.core_sentences import in_own_words
from dashboard.estimate.wording import change_words, evidence_words, price_words
from dashboard.shares import in_own_form
from dashboard.staff_texts import reading
from tests.unit.test_job_estimates import row
from tests.unit.test_levers import CASCADE, RUNTIMES, levers
from tests.unit.test_parity_diagnosis import (
    FAULTS,
    LABELS,
    REFERENCE,
    ROWS,
    finding,
    logits,
    sigmoid,
    table,
)

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MADE = ParityMeasure("onnx", "tei", 1_200, 31, 4, 7, NOW)
MEASURES = SiteMeasures(RUNTIMES, CASCADE, (MADE,))
NAMES = {"tei", "openvino int8"}
"""Backends with their precisions, which are called the same in every language."""
ROOT = Path(__file__).parents[2]


def found_levers() -> list[Lever]:
    used = [one._replace(cache_hits=4, cleared=8) for one in row(60)]
    more = [*row(60), *row(60, size=64, from_s=500.0)]
    at_once = [*row(60), *row(60, process="score-2")]
    others = {"tei": row(60)}
    return [
        *levers(row(60)),
        *levers(row(60), others, MEASURES),
        *levers(row(60), others),
        *levers(
            row(60),
            others,
            SiteMeasures(parity=(ParityMeasure("onnx", "tei", 9, 3, None, 1, NOW),)),
        ),
        *levers(used, measures=MEASURES),
        *levers(more),
        *levers([*row(60, from_s=900.0), *at_once]),
    ]


def findings() -> list[Finding]:
    missing = np.full((ROWS, len(LABELS)), np.nan)
    cut = logits()
    cut[::2] -= 4.0
    whole = Evidence(cut={100: table(sigmoid(cut)), 200: table(sigmoid(logits()))})
    far = sigmoid(logits())
    far[0, 0] = 1.0 - far[0, 0]
    return [
        *(finding(make()) for make in FAULTS.values()),
        finding(far),
        finding(np.round(sigmoid(logits()), 1)),
        finding(
            sigmoid(np.repeat(logits()[::2], 2, axis=0)), Evidence(alone=table(sigmoid(logits())))
        ),
        finding(sigmoid(cut), whole),
        diagnose(REFERENCE, table(missing, errors=["no key"] * ROWS), Evidence()),
        diagnose(REFERENCE, table(missing), Evidence()),
    ]


def test_levers_are_told_in_another_language() -> None:
    for lever in found_levers():
        english = (lever.change, lever.evidence.replace("`", ""), lever.flips.replace("`", ""))
        assert (change_words(lever), evidence_words(lever), price_words(lever)) == english
        with reading("de"):
            german = (change_words(lever), evidence_words(lever), price_words(lever))
        same = {one for one, other in zip(english, german, strict=True) if one == other}
        assert same <= NAMES


def test_figures_and_days_are_in_the_readers_form() -> None:
    (lever,) = (
        one
        for one in levers(row(60), {"tei": row(60)}, SiteMeasures(parity=(MADE,)))
        if one.change == "tei"
    )
    with reading("de"):
        assert price_words(lever).startswith("31 von 1.200 Entscheidungen, 4 mit angepassten")
        assert "am 1. November 2026" in price_words(lever)
    with reading("fr"):
        assert "le 1er novembre 2026" in price_words(lever)


@pytest.mark.parametrize("at", range(len(FAULTS) + 6))
def test_findings_are_told_in_another_language(at: int) -> None:
    words = findings()[at].words
    figures = dict.fromkeys(("far", "comments", "gap"), in_own_form)
    assert in_own_words(words, "parity.finding", **figures) == words
    with reading("fr"):
        assert in_own_words(words, "parity.finding", **figures) != words


def texts_of(file: str) -> set[str]:
    """The texts that a file of core makes, with `{}` in place of each value."""
    nodes = ast.walk(ast.parse((ROOT / "core" / file).read_text(encoding="utf-8")))
    found = set()
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = (each.value if isinstance(each, ast.Constant) else "{}" for each in node.values)
            found.add("".join(map(str, parts)))
    return found


@pytest.mark.parametrize(
    ("table", "files"),
    [
        ("parity.warning", ("services/parity.py",)),
        ("parity.progress", ("services/parity.py", "parity/evidence.py")),
        ("parity.notice", ("inference/remote/perspective.py", "inference/local/hub_model.py")),
        ("runs.no_drift", ("batch/results/view.py",)),
    ],
)
def test_sentences_are_those_that_core_makes(table: str, files: tuple[str, ...]) -> None:
    made = set().union(*(texts_of(file) for file in files))
    for key, sentence in staff_texts_in(ENGLISH).sentences.items():
        if key.startswith(f"{table}."):
            assert re.sub(r"\{\w+\}", "{}", sentence) in made


def test_what_has_no_sentence_stays_as_it_is() -> None:
    with reading("de"):
        assert in_own_words("Something else.", "parity.finding") == "Something else."


def test_the_sentence_with_the_most_words_of_its_own_is_taken() -> None:
    english = "There is nothing to compare: it assesses none of the same labels."
    with reading("de"):
        assert "keine derselben Kategorien" in in_own_words(english, "parity.finding")
