"""What the suites of evasions and of long texts share: abuse made hard to see, and its harmless
twins, which are made in the same way. A case is acted on if any label reaches its hold edge."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from core.moderation.cleaning import clean_text
from core.moderation.scores import Label
from core.training.data.datasets import MODEL_LABELS
from core.training.evaluation.intervals import Share, share_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST_ACTED_ON, LEAST_OF_A_KIND, MOST_TWINS_HELD = 0.90, 0.75, 0.05
"""The aims: of all abusive cases, of those of each kind, and of all harmless twins."""


@dataclass(frozen=True, slots=True)
class PairedKind:
    """One way to make abuse hard to see; `harmless[n]` is the twin of `abusive[n]`."""

    name: str
    about: str
    abusive: tuple[str, ...]
    harmless: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PairedResult:
    """One kind: its abusive cases that are held at least, and its harmless twins that are held."""

    name: str
    about: str
    acted_on: Share
    twins_held: Share


@dataclass(frozen=True, slots=True)
class PairedReport:
    """A whole suite. `sha256` is of its file; `plain` are its sentences as they are, which are in
    no total."""

    sha256: str
    plain: PairedResult
    results: tuple[PairedResult, ...]

    @property
    def acted_on(self) -> Share:
        """Of all abusive cases."""
        return _sum([each.acted_on for each in self.results])

    @property
    def twins_held(self) -> Share:
        """Of all harmless twins."""
        return _sum([each.twins_held for each in self.results])


@dataclass(frozen=True, slots=True)
class PairedSuite:
    """`plain` are the sentences that the cases of all `kinds` are made of."""

    sha256: str
    plain: PairedKind
    kinds: tuple[PairedKind, ...]


def suite_file(name: str) -> tuple[bytes, str]:
    """A suite's file beside this module, and its sha256."""
    content = files("core.training.evaluation").joinpath(name).read_bytes()
    return content, sha256(content).hexdigest()


def measure_suite(
    suite: PairedSuite,
    score: "Callable[[Sequence[str]], NDArray[np.float64]]",
    holds: Mapping[Label, float],
) -> PairedReport:
    """`score` gives (texts, labels) for readable texts; each distinct text is scored once."""
    kinds = (suite.plain, *suite.kinds)
    originals = dict.fromkeys(text for kind in kinds for text in (*kind.abusive, *kind.harmless))
    scores = score([clean_text(text) for text in originals])
    edges = [holds[label] for label in MODEL_LABELS]
    is_held = {
        text: bool((row >= edges).any()) for text, row in zip(originals, scores, strict=True)
    }
    plain, *results = (
        PairedResult(
            kind.name,
            kind.about,
            acted_on=share_of(sum(is_held[text] for text in kind.abusive), len(kind.abusive)),
            twins_held=share_of(sum(is_held[text] for text in kind.harmless), len(kind.harmless)),
        )
        for kind in kinds
    )
    return PairedReport(suite.sha256, plain, tuple(results))


def _sum(shares: Sequence[Share]) -> Share:
    return share_of(sum(each.count for each in shares), sum(each.rows for each in shares))
