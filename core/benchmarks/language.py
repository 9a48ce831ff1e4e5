"""How well and how fast the language of a comment is told: own sentences in 22 languages, and
comments that are known to be English."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.benchmarks.local_texts import bench_texts
from core.bootstrap.backends import make_backend
from core.config import Settings
from core.inference.language.detector import LanguageDetector
from core.moderation.languages import ENGLISH, UNNAMED

SENTENCES = Path(__file__).with_name("language_sentences.json")
SETS = {
    "sentences": "own sentences, 3 to 9 words",
    "short": "own comments, 1 to 5 words",
}
TIMED_COMMENTS = 512
BATCH = 64


def run(settings: Settings, say: Callable[[str], None], file: Path | None = None) -> dict[str, Any]:
    """Shares of texts by what was told of them, and the time beside that of scoring. The comments
    of `file`, or else the stored or the bundled ones, count as English."""
    origin, english = bench_texts(settings, file)
    samples = json.loads(SENTENCES.read_text(encoding="utf-8"))
    rows = []
    for name, words in SETS.items():
        for expected in ("English", "English and its own language"):
            say(f"{words}, expected: {expected}")
            rows.append({"texts": words, "expected": expected, **_foreign(samples[name], expected)})
    say(origin)
    return {
        "benchmark": "language",
        "rows": rows,
        "english": [{"texts": origin, **_english(english)}],
        "cost": [_cost(settings, english[:TIMED_COMMENTS])],
    }


def _foreign(samples: Mapping[str, Sequence[str]], expected: str) -> dict[str, Any]:
    told: list[tuple[str, str | None]] = []
    for code, texts in samples.items():
        detector = LanguageDetector((ENGLISH,) if expected == "English" else (ENGLISH, code))
        told += [(code, detector.detect(text)) for text in texts]
    found = [(code, language) for code, language in told if language not in (None, ENGLISH)]
    named = [code == language for code, language in found if language != UNNAMED]
    return {
        "count": len(told),
        "found_%": _percent(len(found), len(told)),
        "named_right_%": _percent(sum(named), len(told)),
        "named_wrong_%": _percent(len(named) - sum(named), len(told)),
        "not_named_%": _percent(len(found) - len(named), len(told)),
    }


def _english(texts: Sequence[str]) -> dict[str, Any]:
    told = list(map(LanguageDetector((ENGLISH,)).detect, texts))
    sure = sum(language == ENGLISH for language in told)
    unsure = sum(language is None for language in told)
    return {
        "count": len(told),
        "called_english_%": _percent(sure, len(told)),
        "unsure_%": _percent(unsure, len(told)),
        "called_foreign_%": _percent(len(told) - sure - unsure, len(told)),
    }


def _cost(settings: Settings, texts: Sequence[str]) -> dict[str, Any]:
    """Processor time of all threads: other work on the machine does not count."""
    detector, backend = LanguageDetector((ENGLISH,)), make_backend(settings)
    backend.load()
    detector.read(texts[0])
    detecting_s = _seconds(lambda: list(map(detector.read, texts)))
    batches = [texts[at : at + BATCH] for at in range(0, len(texts), BATCH)]
    scoring_s = _seconds(lambda: list(map(backend.score, batches)))
    return {
        "backend": f"{backend.info.name} {backend.info.precision}",
        "comments": len(texts),
        "detecting_us": round(1e6 * detecting_s / len(texts)),
        "scoring_us": round(1e6 * scoring_s / len(texts)),
        "share_%": _percent(detecting_s, scoring_s),
    }


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _percent(part: float, whole: float) -> float:
    return round(100.0 * part / whole, 2)
