"""Distils the first stage: it learns the scores that the full model gives the named sets."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import BackendError
from core.inference.base import Backend
from core.inference.cascade.first_stage import FirstStage, read_first_stage
from core.inference.manifest import FIRST_STAGE_FILE, MANIFEST_FILE
from core.moderation.clearing import pass_threshold, risk, share_at_most
from core.moderation.default_policy import BANDS
from core.training.data.catalogue import CATALOGUE, DataSet, DataSetUse
from core.training.data.datasets import Example, read_set, sets_for, verify_files
from core.training.data.split import split_examples
from core.training.evaluation.measures import roc_auc
from core.training.export.shipping import record_files

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Progress = Callable[[str], None]
MADE_TO_MEASURE = "identity_templates_dev"
PROMISE = 0.01
EDGES = {label: hold for label, (hold, _, _) in BANDS.items()}
_CHUNK = 256
_REPORT_EVERY = 40


@dataclass(frozen=True, slots=True)
class DistilReport:
    """Results on held-out comments (`rows`, of which the full model flags `flagged`): the ROC AUC
    of the first stage against those flags, and the share it clears if at most 1 % of them may be
    missed; None if they are too few."""

    version: str
    bytes: int
    trained_on: int
    rows: int
    flagged: int
    roc_auc: float
    share_cleared: float | None
    missed: int
    bound: float

    @property
    def summary(self) -> str:
        """Three lines for the terminal."""
        if self.share_cleared is None:
            cleared = f"Too few of them are flagged to show what {PROMISE:.0%} missed would clear."
        else:
            cleared = (
                f"At a threshold that misses {self.missed} of the flags (at most {self.bound:.2%} "
                f"with 95 % confidence) it clears {self.share_cleared:.1%} of them."
            )
        return (
            f"{self.version}: {self.bytes:,} bytes, trained on {self.trained_on:,} comments.\n"
            f"On {self.rows:,} held-out comments, {self.flagged:,} flagged by the full model: "
            f"ROC AUC {self.roc_auc:.4f} against those flags.\n{cleared}"
        )


def distil_first_stage(
    data_dir: Path,
    full_model: Backend,
    out_dir: Path,
    *,
    progress: Progress = print,
    catalogue: Sequence[DataSet] = CATALOGUE,
) -> DistilReport:
    """Scores every text of the named sets with `full_model` (loaded), trains on the training side,
    and writes FIRST_STAGE_FILE into `out_dir`; an existing manifest is given its digest. Raises
    DataFileMismatch, BackendError."""
    from core.training.distillation.first_stage import train_first_stage

    rows = _distinct(_read(data_dir, catalogue))
    split = split_examples(rows)
    info = full_model.info
    learnt = [row.text for row in split.train]
    held_out = [row.text for row in (*split.val, *split.test)]
    progress(f"{info.model_version} scores {len(rows):,} comments")
    scores = _scores(full_model, [*learnt, *held_out], progress)
    out_dir.mkdir(parents=True, exist_ok=True)
    path = out_dir / FIRST_STAGE_FILE
    train_first_stage(
        learnt,
        scores[: len(learnt)],
        path,
        labels=info.labels,
        edges=EDGES,
        full_model=info.model_version,
        progress=progress,
    )
    if (out_dir / MANIFEST_FILE).is_file():
        record_files(out_dir, (FIRST_STAGE_FILE,))
    first = read_first_stage(path)
    return _report(first, path.stat().st_size, len(learnt), held_out, scores[len(learnt) :])


def _read(data_dir: Path, catalogue: Sequence[DataSet]) -> list[Example]:
    used = [
        each
        for each in (
            *sets_for(DataSetUse.TRAIN, catalogue),
            *sets_for(DataSetUse.EVALUATE, catalogue),
        )
        if each.name != MADE_TO_MEASURE
    ]
    verify_files(data_dir, used)
    return [row for each in used for row in read_set(data_dir, each, catalogue)]


def _distinct(rows: Sequence[Example]) -> list[Example]:
    return list({row.text: row for row in rows}.values())


def _scores(full_model: Backend, texts: Sequence[str], progress: Progress) -> "NDArray[np.float64]":
    """(texts, labels), in the order of the model's labels."""
    import numpy as np

    labels = full_model.info.labels
    found: list[list[float]] = []
    for number, chunk in enumerate(_chunks(texts)):
        for result in full_model.score(chunk).results:
            if result.error is not None:
                raise BackendError(f"a comment could not be scored: {result.error}")
            found.append([result.scores[label] for label in labels])
        if number % _REPORT_EVERY == 0:
            progress(f"scored {len(found):,} of {len(texts):,}")
    return np.array(found, dtype=np.float64).reshape(len(texts), len(labels))


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(texts), _CHUNK):
        yield texts[start : start + _CHUNK]


def _report(
    first: FirstStage,
    size: int,
    trained_on: int,
    texts: Sequence[str],
    scores: "NDArray[np.float64]",
) -> DistilReport:
    import numpy as np

    edges = np.array([EDGES[label] for label in first.labels])
    flagged = np.any(scores >= edges, axis=1)
    near = np.array([risk(each, EDGES) for each in first.predict(texts)])
    pass_below = pass_threshold(near[flagged].tolist(), PROMISE)
    missed = 0 if pass_below is None else int((near[flagged] < pass_below).sum())
    return DistilReport(
        version=first.version,
        bytes=size,
        trained_on=trained_on,
        rows=len(texts),
        flagged=int(flagged.sum()),
        roc_auc=roc_auc(flagged, near) if flagged.any() else float("nan"),
        share_cleared=None if pass_below is None else float((near < pass_below).mean()),
        missed=missed,
        bound=share_at_most(missed, int(flagged.sum())),
    )
