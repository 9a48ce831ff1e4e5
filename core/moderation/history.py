"""The texts that a policy decided on by their scores, as columns, with what people decided. Pure.

All of it is as it was known when each comment was decided on; nothing that changed later is in it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from core.moderation.decisions import Decision, DecisionSource
from core.moderation.effect import is_pending, standing_at
from core.moderation.policies import Action
from core.moderation.scores import Label

NOT_JUDGED, KEPT, REMOVED = -1, 0, 1
BY_SCORES = frozenset({DecisionSource.RULE, DecisionSource.NOT_READ_WHOLE})
"""Sources of decisions that another policy could have made otherwise."""
_VERDICTS = {Action.APPROVE: KEPT, Action.REMOVE: REMOVED}
_SHORTEST_US, _LONGEST_US = 500_000, 300_000_000
"""Shorter gaps are between decisions made together, longer ones are pauses."""
_FEWEST_GAPS = 20


@dataclass(frozen=True, slots=True)
class History:
    """A row for each text that the policy decided on by its scores.

    `ids` are those of the revisions. `decided_at`, of the last automated decision, and
    `received_at`, of the text, are microseconds since 1970 UTC. `scores`: a column for each label,
    NaN where there is no score. `unread`: whether a part of the text was not read. `models`,
    `authors` and `judges` are numbers that stand for the model's version, the author and the person
    who decided last. `actions`: the decision of the day, an index in ACTIONS. `chances`: with which
    probability a person was to look at the text by design: 1 where it was held, the share of the
    day where it was drawn for an audit, else 0. `verdicts`: what people decided, NOT_JUDGED, KEPT
    or REMOVED; `judges` and `judged_at`, the time of that, are 0 where nobody did.
    """

    ids: NDArray[np.bytes_]
    decided_at: NDArray[np.int64]
    received_at: NDArray[np.int64]
    scores: Mapping[Label, NDArray[np.float64]]
    unread: NDArray[np.bool_]
    models: NDArray[np.int64]
    authors: NDArray[np.int64]
    actions: NDArray[np.int8]
    chances: NDArray[np.float64]
    verdicts: NDArray[np.int8]
    judges: NDArray[np.int64]
    judged_at: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.unread)

    def at(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "History":
        """Those rows alone."""
        columns = {each.name: getattr(self, each.name)[rows] for each in _PLAIN}
        return replace(
            self, scores={name: column[rows] for name, column in self.scores.items()}, **columns
        )


_PLAIN = [each for each in fields(History) if each.name != "scores"]


def number_of(*names: str) -> int:
    """The number that stands for the names in a column, in every process the same; never 0."""
    digest = hashlib.blake2b("\0".join(names).encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest()) >> 1 or 1


def joined(parts: Sequence[History]) -> History:
    """The rows of all of them, of which there is at least one."""
    columns = {each.name: np.concatenate([getattr(p, each.name) for p in parts]) for each in _PLAIN}
    scores = {label: np.concatenate([part.scores[label] for part in parts]) for label in Label}
    return History(scores=scores, **columns)


def seconds_a_case(history: History) -> float | None:
    """The median time from one decision of a person to the next of theirs, on these texts, without
    pauses and without what was decided together; None if there are too few to tell."""
    rows = np.flatnonzero(history.judges)
    rows = rows[np.lexsort((history.judged_at[rows], history.judges[rows]))]
    is_same = history.judges[rows][1:] == history.judges[rows][:-1]
    gaps = np.diff(history.judged_at[rows])[is_same]
    gaps = gaps[(gaps >= _SHORTEST_US) & (gaps <= _LONGEST_US)]
    return None if len(gaps) < _FEWEST_GAPS else float(np.median(gaps)) / 1e6


@dataclass(frozen=True, slots=True)
class Judgement:
    """What people decided on a text, by the last decision of theirs that holds; NOT_JUDGED if that
    is none, or neither kept nor removed it. `is_settled`: False while a decision is in its grace
    window, after which all of this may be otherwise."""

    verdict: int = NOT_JUDGED
    judge: str = ""
    judged_at: datetime | None = None
    is_settled: bool = True


def judgement_of(chain: Sequence[Decision], gone_at: datetime | None, now: datetime) -> Judgement:
    """The judgement at `now`, or at `gone_at`, when the text was edited or withdrawn."""
    is_settled = gone_at is not None or not any(is_pending(past, now) for past in chain)
    held = standing_at(chain, now if gone_at is None else min(now, gone_at))
    last = held[-1] if held else None
    if last is None or last.is_automated or last.action not in _VERDICTS:
        return Judgement(is_settled=is_settled)
    return Judgement(_VERDICTS[last.action], last.actor, last.decided_at, is_settled)
