"""The words that pages mask, against the words that people marked in held-out comments, and the
processor time it takes to find them."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.benchmarks.rationales import SETS as MARKED_SETS
from core.benchmarks.rationales import MarkedText, read_rationales
from core.config import Settings
from core.errors import ConsoleError
from core.inference.explanation.words import Word, split_words
from core.inference.severe_words import severe_spans
from core.moderation.cleaning import MAX_COMMENT_CHARS
from core.training.data.catalogue import CATALOGUE
from core.training.data.datasets import read_set
from core.training.data.split import split_examples
from core.training.evaluation.severe_words import SETS

ROWS = 2_000
ROUNDS = 7
_TOXIC = 0.5
TEXTS = {
    "plain words": "The quick brown fox jumps over a lazy dog, and then some more. ",
    "one word in ten severe": "You bitch, the quick brown fox jumps over a dog today. ",
    "accents and emoji": "The qüick bröwn fox jumps over 🙂 a lazy dog, 🙂 then söme more. ",
    "each word severe": "bitch slut ",
    "each word disguised": "b1tch sl*t biiiitch f a g ѕlut ",
}


def run(
    settings: Settings, say: Callable[[str], None], data_dir: Path | None = None
) -> dict[str, Any]:
    """Shares by set, and milliseconds for the longest comment that is taken: other work on the
    machine does not count."""
    if data_dir is None:
        raise ConsoleError("`modconsole bench masking` needs --data: the folder of the data sets")
    marked = {name: read_rationales(data_dir, name, ROWS) for name in MARKED_SETS}
    say("comments with the words that people marked")
    rows = [_agreement(name, texts) for name, texts in marked.items()]
    say("comments that people called toxic or clean")
    return {
        "benchmark": "masking",
        "rows": rows,
        "comments": [row for name in SETS for row in _touched(data_dir, name)],
        "time": [_cost(name, words) for name, words in TEXTS.items()],
    }


def _agreement(name: str, texts: Sequence[MarkedText]) -> dict[str, Any]:
    marked = masked = both = 0
    for text in texts:
        found = severe_spans(text.text)
        for word in split_words(text.text):
            is_masked = any(span.start < word.end and word.start < span.end for span in found)
            is_marked = _is_marked(word, text)
            marked, masked = marked + is_marked, masked + is_masked
            both += is_marked and is_masked
    return {
        "texts": f"{name}, held out",
        "count": len(texts),
        "marked_words": marked,
        "masked_words": masked,
        "masked_and_marked_%": _percent(both, masked),
        "marked_and_masked_%": _percent(both, marked),
    }


def _is_marked(word: Word, text: MarkedText) -> bool:
    return any(start < word.end and word.start < end for start, end in text.spans)


def _touched(data_dir: Path, name: str) -> list[dict[str, Any]]:
    (data_set,) = (each for each in CATALOGUE if each.name == name)
    split = split_examples(read_set(data_dir, data_set))
    judged = [each for each in (*split.val, *split.test) if each.targets[0] is not None]
    rows = []
    for kind, wanted in (("toxic", True), ("clean", False)):
        texts = [each.text for each in judged if ((each.targets[0] or 0.0) >= _TOXIC) is wanted]
        touched = sum(bool(severe_spans(text)) for text in texts)
        rows.append(
            {
                "comments": f"{name}, held out, {kind}",
                "count": len(texts),
                "with_a_masked_word_%": _percent(touched, len(texts)),
            }
        )
    return rows


def _cost(name: str, words: str) -> dict[str, Any]:
    text = (words * MAX_COMMENT_CHARS)[:MAX_COMMENT_CHARS]
    spans = len(severe_spans(text))
    best = min(_ms(lambda: severe_spans(text)) for _ in range(ROUNDS))
    return {"text": name, "characters": len(text), "masked": spans, "best_of_7_ms": round(best, 1)}


def _ms(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return 1_000.0 * (time.process_time() - began)


def _percent(part: float, whole: float) -> float:
    return round(100.0 * part / whole, 2) if whole else 0.0
