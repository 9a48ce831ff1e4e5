"""Scores revisions that have no decision and decides on them by the policy."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.errors import BackendError
from core.inference.base import OUTAGES, TextResult
from core.inference.scorer import Scorer
from core.moderation.decisions import DecisionSource
from core.moderation.policies import Action
from core.services.automated import decide
from core.services.context import Context
from core.servinglog.record import Mode

CHUNK_ROWS = 16


@dataclass(slots=True)
class ScoringReport:
    """The results so far. `total` is the number waiting at the start; `failed` counts decisions
    without scores because of a failure, `languages` those because of the text's language."""

    total: int
    decided: int = 0
    failed: int = 0
    actions: Counter[Action] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)


def score_waiting(context: Context, scorer: Scorer) -> Iterator[ScoringReport]:
    """Decide on every waiting revision, oldest first. Yields the same report object, updated, after
    each committed chunk.

    Raises BackendError if the backend is down; texts that could not be scored because of that keep
    waiting.
    """
    with context.store.read() as reader:
        report = ScoringReport(total=reader.count_waiting())
        policy = reader.policy_in_force()
    while True:
        with context.store.read() as reader:
            waiting = reader.waiting_revisions(CHUNK_ROWS)
        if not waiting:
            return
        results = scorer.score([revision.text for revision in waiting], Mode.BATCH)
        info = scorer.backend.info
        with context.store.write() as tx:
            for revision, result in zip(waiting, results, strict=True):
                if result.error_kind in OUTAGES:
                    continue
                decision = decide(
                    context, tx, policy=policy, info=info, revision=revision, result=result
                )
                if decision is not None:
                    report.decided += 1
                    report.failed += decision.source is DecisionSource.FAILURE_POLICY
                    report.actions[decision.action] += 1
                    if decision.unassessed_language is not None:
                        report.languages[decision.unassessed_language] += 1
        yield report
        raise_outage(results)


def raise_outage(results: Sequence[TextResult]) -> None:
    """Raises BackendError if any of the texts was not scored because of an outage."""
    for result in results:
        if result.error is not None and result.error_kind in OUTAGES:
            raise BackendError(result.error, kind=result.error_kind)
