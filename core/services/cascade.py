"""The site's cascade: its calibration on the site's own comments, and its use after that."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import BackendError, RuleBroken
from core.inference.base import Backend
from core.inference.cascade.backend import CascadeBackend, ClearingRule, Predictor, near_edges
from core.inference.cascade.calibration import NOT_CALIBRATED, Calibration, objection
from core.inference.scorer import Scorer
from core.inference.text.form import readings
from core.moderation.clearing import (
    acting_edges,
    blind_labels,
    flags_needed,
    is_flagged,
    pass_threshold,
    share_at_most,
)
from core.moderation.policies import Policy
from core.services.context import Context
from core.services.policies import PolicyInForce
from core.servinglog.record import Mode
from core.store.views import ScoredText

CHUNK_TEXTS = 64


def open_cascade(
    context: Context,
    full: Backend,
    first: Predictor,
    calibration: Calibration | None,
    *,
    promise: float,
    audit_share: float,
) -> CascadeBackend | str:
    """The cascade, or a text that says why the full model has to score everything. Raises
    StoreError."""
    if calibration is None:
        return NOT_CALIBRATED
    policy = PolicyInForce(context.store, context.clock)
    why = objection(
        calibration,
        full_version=full.info.model_version,
        first_version=first.version,
        edges=acting_edges(policy.read()),
        promise=promise,
    )
    if why is not None:
        return why
    rule = ClearingRule(calibration.edges, calibration.pass_below, audit_share)
    return CascadeBackend(full, first, rule, policy.read)


@dataclass(frozen=True, slots=True)
class _Sample:
    """One comment: its nearness to an edge by the first stage, and whether the full model flags
    it."""

    near: float
    flagged: bool


def calibrate(
    comments: Iterable[ScoredText],
    first: Predictor,
    scorer: Scorer,
    policy: Policy,
    *,
    promise: float,
    data: str,
    now: datetime,
    progress: Callable[[int], None],
) -> Calibration:
    """Find the largest threshold that misses at most `promise` (0..1) of the full model's flags.

    Each distinct text counts once. Texts without scores of `scorer`'s model are scored now;
    otherwise comments that a first stage cleared earlier would be missing from the sample.
    `progress` gets the number of texts done. Raises RuleBroken if the comments are too few to prove
    the promise.
    """
    edges = acting_edges(policy)
    info = scorer.backend.info
    blind = blind_labels(first.labels, info.labels, edges)
    if blind:
        raise RuleBroken(
            f"The first stage {first.version} does not predict {', '.join(blind)}, which "
            f"{info.name} scores and policy {policy.version} acts on."
        )
    samples: list[_Sample] = []
    for chunk in _distinct_chunks(comments):
        samples += _samples(chunk, first, scorer, policy)
        progress(len(samples))
    flagged = [sample.near for sample in samples if sample.flagged]
    pass_below = pass_threshold(flagged, promise)
    if pass_below is None:
        raise RuleBroken(
            f"{len(samples):,} distinct comments, {len(flagged):,} of them flagged by "
            f"{info.model_version}: to show that at most {promise:.2%} of the flags are missed "
            f"takes {flags_needed(promise):,} flagged comments. The cascade stays off."
        )
    missed = sum(near < pass_below for near in flagged)
    return Calibration(
        full_version=info.model_version,
        first_version=first.version,
        policy_version=policy.version,
        edges=edges,
        pass_below=pass_below,
        comments=len(samples),
        flagged=len(flagged),
        missed=missed,
        bound=share_at_most(missed, len(flagged)),
        share_cleared=sum(sample.near < pass_below for sample in samples) / len(samples),
        data=data,
        made_at=now,
    )


def _distinct_chunks(comments: Iterable[ScoredText]) -> Iterator[list[ScoredText]]:
    """The comments without repeated texts: copies are not independent, so counting them would make
    the bound too tight. A text that can't be read has no score to count."""
    seen: set[tuple[str, ...]] = set()
    chunk: list[ScoredText] = []
    for comment in comments:
        try:
            form = readings(comment.text)
        except BackendError:
            continue
        if form in seen:
            continue
        seen.add(form)
        chunk.append(comment)
        if len(chunk) == CHUNK_TEXTS:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _samples(
    chunk: Sequence[ScoredText], first: Predictor, scorer: Scorer, policy: Policy
) -> list[_Sample]:
    """One sample for each comment that the full model can score."""
    version = scorer.backend.info.model_version
    stale = [comment.text for comment in chunk if comment.model_version != version]
    fresh = iter(scorer.score(stale, Mode.BATCH))
    texts = [comment.text for comment in chunk]
    predicted = first.predict(texts)
    samples = []
    nearest = near_edges(first, texts, predicted, policy, acting_edges(policy))
    for comment, near in zip(chunk, nearest, strict=True):
        scores = comment.scores
        if comment.model_version != version:
            result = next(fresh)
            if result.error is not None:
                continue
            scores = result.scores
        samples.append(_Sample(near, is_flagged(scores, policy)))
    return samples
