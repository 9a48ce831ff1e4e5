"""Two stages: a cheap model clears harmless comments, and the full model scores the rest."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Protocol

from core.inference.base import (
    Backend,
    BackendInfo,
    BatchResult,
    CallMetadata,
    TextResult,
    check_count,
)
from core.moderation.clearing import acting_edges, is_flagged, nearness
from core.moderation.policies import Policy
from core.moderation.scores import Label


class Predictor(Protocol):
    """A first stage: it predicts the full model's scores at a fraction of the cost."""

    @property
    def version(self) -> str:
        """The exact weights."""
        ...

    @property
    def labels(self) -> tuple[Label, ...]:
        """What it predicts, in output order."""
        ...

    def predict(self, texts: Sequence[str]) -> Sequence[Mapping[Label, float]]:
        """Scores in input order, for any texts at all."""
        ...

    def reads_whole(self, text: str) -> bool:
        """Whether scores of the text rest on all of it; if not, they can't clear it."""
        ...


@dataclass(frozen=True, slots=True)
class ClearingRule:
    """When the first stage clears a text: its `nearness` to these edges is below `pass_below`.

    `audit_share` (0..1) of the texts it would clear are scored by the full model anyway, as an
    audit.
    """

    edges: Mapping[Label, float]
    pass_below: float
    audit_share: float


class CascadeBackend:
    """The full model behind a first stage. A cleared text carries the first stage's own scores and
    version. Under a policy with other acting edges than the rule's, the full model scores
    everything.
    """

    def __init__(
        self, full: Backend, first: Predictor, rule: ClearingRule, policy: Callable[[], Policy]
    ) -> None:
        self._full = full
        self._first = first
        self._rule = rule
        self._policy = policy

    @property
    def info(self) -> BackendInfo:
        """The full model's."""
        return self._full.info

    @property
    def answer_version(self) -> str:
        """Everything besides the text that determines an answer, for the cache's key."""
        full = self.info.model_version
        if self._policy_in_force() is None:
            return full
        return f"{full}+{self._first.version}<{self._rule.pass_below!r}"

    def load(self) -> None:
        """Loads the full model; the first stage was loaded with this object."""
        self._full.load()

    def score(self, texts: Sequence[str]) -> BatchResult:
        """Results in input order. Fails as a whole when the full model does."""
        policy = self._policy_in_force()
        if policy is None:
            return self._full.score(texts)
        begin = perf_counter()
        predicted = self._first.predict(texts)
        edges, pass_below = self._rule.edges, self._rule.pass_below
        near = near_edges(self._first, texts, predicted, policy, edges)
        would_pass = [each < pass_below for each in near]
        audited = [
            fine and is_audited(text, self._rule.audit_share)
            for text, fine in zip(texts, would_pass, strict=True)
        ]
        first_stage_ms = (perf_counter() - begin) * 1000.0
        rest = [
            row
            for row, (fine, audit) in enumerate(zip(would_pass, audited, strict=True))
            if audit or not fine
        ]
        answer = self._score_rest([texts[row] for row in rest])
        by_row = dict(zip(rest, answer.results, strict=True))
        results = tuple(
            by_row.get(row) or TextResult(scores=predicted[row], model_version=self._first.version)
            for row in range(len(texts))
        )
        flagged = {
            row
            for row, result in by_row.items()
            if result.error is None and is_flagged(result.scores, policy)
        }
        audits = [row for row in rest if audited[row] and by_row[row].error is None]
        call = replace(
            answer.call,
            total_ms=(perf_counter() - begin) * 1000.0,
            first_stage_ms=first_stage_ms,
            first_stage_count=len(texts) - len(rest),
            audit_count=len(audits),
            audit_missed=len(flagged.intersection(audits)),
            flag_count=len(flagged),
        )
        return BatchResult(results, call)

    def health(self) -> str | None:
        """The full model's."""
        return self._full.health()

    def close(self) -> None:
        """Closes the full model."""
        self._full.close()

    def _policy_in_force(self) -> Policy | None:
        """None when the rule was calibrated for other edges than this policy has."""
        policy = self._policy()
        if acting_edges(policy) != self._rule.edges:
            return None
        return policy

    def _score_rest(self, texts: Sequence[str]) -> BatchResult:
        if not texts:
            return BatchResult((), CallMetadata(0.0))
        answer = self._full.score(texts)
        check_count(self.info.name, answer, texts)
        return answer


def near_edges(
    first: Predictor,
    texts: Sequence[str],
    predicted: Sequence[Mapping[Label, float]],
    policy: Policy,
    edges: Mapping[Label, float],
) -> list[float]:
    """The `nearness` of each text's predicted scores to the edges; 1, which never clears, for a
    text that the first stage does not read whole."""
    return [
        nearness(scores, policy, edges) if first.reads_whole(text) else 1.0
        for text, scores in zip(texts, predicted, strict=True)
    ]


def is_audited(text: str, share: float) -> bool:
    """Whether the text is in the audited share: fixed by a hash, the same in every process."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest) < share * 2**64
