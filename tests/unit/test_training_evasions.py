"""The suites of evasions and of long texts: complete, in no training row, counted rightly."""

import re
import string
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from core.inference.local.tokenizing import CommentTokenizer
from core.inference.manifest import SHIPPED_MODEL, TOKENIZER_FILE
from core.inference.text.form import readings
from core.inference.windows import READ_CHARS
from core.moderation.cleaning import clean_text
from core.training.data.datasets import MODEL_LABELS, DataSetUse, select_rows, sets_for
from core.training.data.own_examples import own_examples
from core.training.data.text_forms import network_text
from core.training.evaluation.evasions import read_evasions
from core.training.evaluation.functional import read_suite, suite_examples
from core.training.evaluation.long_suite import harmless_text, read_long_texts
from core.training.evaluation.paired_suites import (
    PairedKind,
    PairedSuite,
    measure_suite,
    suite_file,
)
from core.training.evaluation.probes import ABUSIVE, BENIGN

pytestmark = pytest.mark.training

EVASIONS, LONG_TEXTS = read_evasions(), read_long_texts()
SENTENCES = [text for suite in (EVASIONS, LONG_TEXTS) for text in suite.plain.abusive]
SENTENCES += [text for suite in (EVASIONS, LONG_TEXTS) for text in suite.plain.harmless]
DATA = Path(__file__).parents[3] / "shared" / "data"
RUN = 6
"""Words one after the other that a sentence may not share with a training row."""


def letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def runs(text: str) -> set[str]:
    said = re.findall(r"[\w']+", text.casefold())
    return {" ".join(said[at : at + RUN]) for at in range(len(said) - RUN + 1)}


@pytest.mark.parametrize("suite", [EVASIONS, LONG_TEXTS], ids=["evasions", "long texts"])
def test_each_kind_has_sixteen_distinct_cases_and_as_many_twins(suite: PairedSuite) -> None:
    assert len({kind.name for kind in suite.kinds}) == len(suite.kinds)
    for kind in suite.kinds:
        assert len(set(kind.abusive)) == len(set(kind.harmless)) == 16, kind.name
        assert not set(kind.abusive) & set(kind.harmless)


def test_no_case_is_its_plain_sentence() -> None:
    for kind in EVASIONS.kinds:
        for plain, case in zip(EVASIONS.plain.abusive, kind.abusive, strict=True):
            assert case.casefold() != plain.casefold(), kind.name


def kinds_of_characters(text: str) -> set[str]:
    """Signs of ASCII as they are, other characters by the first letter of their category."""
    signs = set(text) - set(f"{string.ascii_letters} ,-")
    return {char if char.isascii() else unicodedata.category(char)[0] for char in signs}


def test_twins_are_disguised_as_the_abuse_is() -> None:
    for kind in EVASIONS.kinds:
        if kind.name != "letters as entities":  # each letter has other digits
            for case, twin in zip(kind.abusive, kind.harmless, strict=True):
                assert kinds_of_characters(case) == kinds_of_characters(twin), kind.name


def test_no_sentence_is_nearly_a_training_example_or_in_another_suite() -> None:
    known = [row.text for row in own_examples()]
    known += [row.text for row in suite_examples(read_suite())]
    known += [*BENIGN, *ABUSIVE]
    as_letters = {letters(text) for text in known}
    as_runs = {run for text in known for run in runs(text)}
    for text in map(network_text, SENTENCES):
        assert letters(text) not in as_letters
        assert not runs(text) & as_runs, text
    assert len({letters(text) for text in SENTENCES}) == len(SENTENCES)


@pytest.mark.skipif(not DATA.is_dir(), reason="the training sets are not here")
def test_no_sentence_is_in_a_training_row() -> None:
    """Nor a part of one, in letters alone."""
    sets = sets_for(DataSetUse.TRAIN)
    paths = {each.name: str(DATA / each.file) for each in sets}
    wanted = ", ".join(f"('{letters(network_text(text))}')" for text in SENTENCES)
    for each in sets:
        inner = each.query.format(**paths)
        rows = f"SELECT regexp_replace(lower(text), '[^a-z]', '', 'g') AS text FROM ({inner})"
        found = select_rows(
            f"SELECT w.text FROM ({rows}) r, (VALUES {wanted}) w(text) "
            "WHERE contains(r.text, w.text)"
        )
        assert not found, each.name


def test_the_files_are_those_whose_digests_are_reported() -> None:
    assert suite_file("evasion_suite.json")[1] == EVASIONS.sha256
    assert suite_file("long_text_suite.json")[1] == LONG_TEXTS.sha256 != EVASIONS.sha256


def test_a_long_case_is_its_twin_with_a_sentence_more() -> None:
    sentences = LONG_TEXTS.plain.abusive
    for kind in LONG_TEXTS.kinds:
        for sentence, case, twin in zip(sentences, kind.abusive, kind.harmless, strict=True):
            assert case.count(sentence) == 1
            assert case.replace(f"{sentence}.", "").split() == twin.split(), kind.name
            assert len(case) < READ_CHARS


def test_harmless_text_begins_elsewhere_in_each_case() -> None:
    sentences = LONG_TEXTS.plain.harmless
    assert len({harmless_text(sentences, number, 330) for number in range(16)}) == 16
    assert len(harmless_text(sentences, 3, 330)) <= 330


def windows_of(kind: PairedKind) -> list[list[tuple[int, int]]]:
    """Of each abusive case where its windows begin and end."""
    tokenizer = CommentTokenizer(
        SHIPPED_MODEL / TOKENIZER_FILE, max_tokens=128, read_chars=READ_CHARS
    )
    found = []
    for case in kind.abusive:
        split = tokenizer.encode([clean_text(case)]).split_texts
        found.append([(each.start, each.end) for each in split[0].passages] if split else [])
    return found


@pytest.mark.parametrize("kind", LONG_TEXTS.kinds, ids=lambda kind: kind.name)
def test_the_sentence_stands_where_its_kind_says(kind: PairedKind) -> None:
    every = windows_of(kind)
    for sentence, case, windows in zip(LONG_TEXTS.plain.abusive, kind.abusive, every, strict=True):
        (read,) = readings(clean_text(case))
        start = read.index(sentence)
        end = start + len(sentence)
        if kind.name == "across a border":
            assert any(start < edge < end for _, edge in windows[:-1])
        elif kind.name.endswith("one window"):
            assert not windows
        else:
            assert len(windows) > 8
        if kind.name.startswith("start"):
            assert start == 0
        if kind.name.startswith("end"):
            assert end == len(read) - 1
        if kind.name == "end of 50,000 characters":
            assert end > 49_000


def fake_scores(is_abuse: str) -> "object":
    def score(texts: list[str]) -> np.ndarray:
        scores = np.zeros((len(texts), len(MODEL_LABELS)))
        scores[[is_abuse in text for text in texts], 2] = 0.5
        return scores

    return score


def test_every_label_acts_and_each_kind_is_counted_by_itself() -> None:
    kinds = (
        PairedKind("one", "", ("bad a", "bad b"), ("a", "b")),
        PairedKind("two", "", ("bad a", "c"), ("bad b", "d")),
    )
    suite = PairedSuite("0" * 64, PairedKind("plain", "", ("bad",), ("good",)), kinds)
    report = measure_suite(suite, fake_scores("bad"), dict.fromkeys(MODEL_LABELS, 0.5))
    assert [each.acted_on.count for each in report.results] == [2, 1]
    assert [each.twins_held.count for each in report.results] == [0, 1]
    assert (report.acted_on.count, report.acted_on.rows) == (3, 4)
    assert (report.twins_held.count, report.twins_held.rows) == (1, 4)
    assert report.plain.acted_on.count == 1
    stricter = measure_suite(suite, fake_scores("bad"), dict.fromkeys(MODEL_LABELS, 0.51))
    assert stricter.acted_on.count == 0


def test_a_text_is_scored_as_it_is_displayed_and_once() -> None:
    asked: list[str] = []

    def score(texts: list[str]) -> np.ndarray:
        asked.extend(texts)
        return np.zeros((len(texts), len(MODEL_LABELS)))

    kind = PairedKind("one", "", ("b<wbr>ad", "b<wbr>ad"), ("&lt;i&gt;", "fine"))
    suite = PairedSuite("0" * 64, PairedKind("plain", "", (), ("fine",)), (kind,))
    measure_suite(suite, score, dict.fromkeys(MODEL_LABELS, 0.5))
    assert asked == ["fine", "bad", "<i>"]
