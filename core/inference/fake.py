"""A backend that needs no model: a score from a short word list. For tests and quick demos."""

import re
from collections.abc import Iterable, Sequence
from time import perf_counter

from core.errors import BackendError
from core.inference.base import (
    Activation,
    BackendInfo,
    BatchResult,
    CallMetadata,
    Location,
    TextResult,
)
from core.moderation.scores import Label

WORDS: dict[str, dict[Label, float]] = {
    "idiot": {Label.TOXICITY: 0.92, Label.INSULT: 0.95},
    "moron": {Label.TOXICITY: 0.99, Label.INSULT: 0.99},
    "damn": {Label.TOXICITY: 0.4, Label.OBSCENE: 0.6},
    "kill": {Label.TOXICITY: 0.85, Label.THREAT: 0.8},
    "vermin": {Label.TOXICITY: 0.9, Label.IDENTITY_ATTACK: 0.9},
}
# A text with this word makes the whole call fail, so that failures can be tried out.
POISON = "!poison!"
# In a text in lower case.
_LISTED = re.compile(rf"(?<!\w)(?:{'|'.join(WORDS)})(?!\w)")
LABELS = (Label.TOXICITY, Label.OBSCENE, Label.THREAT, Label.INSULT, Label.IDENTITY_ATTACK)


class FakeBackend:
    """Deterministic: for each label the highest score of any listed word in the text, else 0.02."""

    def __init__(self) -> None:
        self.is_down = False
        self._info = BackendInfo(
            name="fake",
            model_version="fake-1",
            labels=LABELS,
            activation=Activation.NONE,
            runtime="python",
            precision="fp64",
            location=Location.IN_PROCESS,
            max_tokens=100_000,
            languages=("en",),
        )

    @property
    def info(self) -> BackendInfo:
        return self._info

    def load(self) -> None:
        """Nothing to load."""

    def score(self, texts: Sequence[str]) -> BatchResult:
        begin = perf_counter()
        if self.is_down:
            raise BackendError("the fake backend was told to be down")
        joined = "\n".join(texts)
        if POISON in joined:
            raise BackendError("the fake backend found its poison word")
        harmless = TextResult(scores=_scores([]))
        results = [harmless] * len(texts)
        if _LISTED.search(joined.lower()):
            for at, found in enumerate(map(_LISTED.findall, map(str.lower, texts))):
                if found:
                    results[at] = TextResult(scores=_scores(found))
        total_ms = (perf_counter() - begin) * 1000.0
        tokens = len(joined.split())
        call = CallMetadata(total_ms, compute_ms=total_ms, tokens=tokens)
        return BatchResult(tuple(results), call)

    def health(self) -> str | None:
        return "told to be down" if self.is_down else None

    def close(self) -> None:
        """Nothing to close."""


def _scores(words: Iterable[str]) -> dict[Label, float]:
    scores = dict.fromkeys(LABELS, 0.02)
    for word in words:
        for label, score in WORDS[word].items():
            scores[label] = max(scores[label], score)
    return scores
