"""One text that meets a fault of the program fails alone, wherever texts are scored."""

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.batch import scoring
from core.cli.output import ExitCode
from core.clock import system_clock
from core.inference.base import BatchResult, ErrorKind
from core.inference.batching.micro_batcher import MicroBatcher
from core.inference.cache import CachedBackend
from core.inference.fake import FakeBackend
from core.inference.language.detector import LanguageDetector
from core.inference.language.routes import LanguageRoutes
from core.inference.scorer import Scorer
from core.inference.text import form
from core.moderation.languages import TextLanguages
from core.moderation.scores import Label
from core.servinglog.memory import MemoryLog
from core.servinglog.record import Mode
from tests.integration.prediction_tables import put_comments, rows_of, score
from tests.integration.stub_cascade import comments, run, stored

MARK = "\N{LATIN LETTER SMALL CAPITAL A}"
FATAL = f"{MARK} You idiot."
"""Not in ASCII, so the language is told from its readings, too."""
PATIENT_S = 60
TEXTS = ("Thank you.", FATAL, "You idiot.")


@pytest.fixture(autouse=True, params=[IndexError, RecursionError, ValueError, ZeroDivisionError])
def _fault(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = form._readings

    def read(text: str) -> tuple[str, ...]:
        if MARK in text:
            raise request.param
        return sound(text)

    monkeypatch.setattr(form, "_readings", read)


def test_a_scorer_gives_the_others_their_scores(caplog: pytest.LogCaptureFixture) -> None:
    backend = CachedBackend(FakeBackend(), entries=10)
    routes = LanguageRoutes(LanguageDetector().read, {})
    scorer = Scorer(backend, MemoryLog(), system_clock(), routes)
    with caplog.at_level(logging.ERROR):
        first, failed, last = scorer.score(TEXTS, Mode.BATCH)
    assert first.error is last.error is None
    assert last.scores[Label.INSULT] == 0.95
    assert failed.error is not None
    assert failed.error.startswith("a fault of this program: the text could not be read (")
    assert any(record.exc_info for record in caplog.records)


class Gated(CachedBackend):
    """Scores nothing before the gate is opened."""

    def __init__(self) -> None:
        super().__init__(FakeBackend(), entries=10)
        self.reached, self.gate = threading.Event(), threading.Event()

    def score(self, texts: Sequence[str]) -> BatchResult:
        self.reached.set()
        assert self.gate.wait(PATIENT_S)
        return super().score(texts)


def test_who_waits_in_the_same_batch_gets_an_answer() -> None:
    backend = Gated()
    batcher = MicroBatcher(backend, system_clock(), max_tokens=999, wait_s=0.0, concurrency=1)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(batcher.score, ["Good morning."])
        assert backend.reached.wait(PATIENT_S)
        others = [pool.submit(batcher.score, [text]) for text in TEXTS]
        while batcher.waiting_texts < len(TEXTS):
            assert not first.done()
        backend.gate.set()
        failed = [future.exception(PATIENT_S) is not None for future in (first, *others)]
    batcher.close()
    assert failed == [False, False, True, False]


def test_the_language_of_such_a_text_is_unsure() -> None:
    assert LanguageDetector().read(FATAL) == TextLanguages(None)


def test_a_run_over_a_table_ends_with_an_error_in_that_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    path = tmp_path / "hn.duckdb"
    put_comments(path, dict(enumerate(TEXTS)))
    code, told, _ = score(path, capsys=capsys)
    assert (code, told["scored_count"], told["failed_count"]) == (ExitCode.INCOMPLETE, 2, 1)
    rows = rows_of(path, "SELECT action, error IS NULL FROM predictions ORDER BY id")
    assert rows == [("approve", True), (None, False), ("hold", True)]


def test_a_calibration_counts_the_others() -> None:
    given = comments(100)
    with_fault, _ = run([*given, stored(FATAL)])
    without, _ = run(given)
    assert with_fault.comments == without.comments == len(given)


def test_a_row_whose_cleaning_meets_a_fault_fails_alone(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    def clean(text: str) -> str:
        if MARK in text:
            raise request.node.callspec.params["_fault"]
        return text

    monkeypatch.setattr(scoring, "clean_text", clean)
    scorer = Scorer(FakeBackend(), MemoryLog(), system_clock())
    texts = [f"<b>{text}</b>" for text in TEXTS]
    first, failed, last = scoring.score_cells(texts, [None] * len(texts), scorer)
    assert (first.error, last.error) == (None, None)
    assert failed.error_kind is ErrorKind.BACKEND  # the next run tries it again
