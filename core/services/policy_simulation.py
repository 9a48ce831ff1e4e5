"""A draft of the policy, tried on past decisions: what would have been decided otherwise, and what
that would have meant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from core.moderation.blind import is_hidden
from core.moderation.estimates import (
    ShareBound,
    ShareEstimate,
    abuse_found,
    bound_of,
    removed_rightly,
)
from core.moderation.history import NOT_JUDGED, History, seconds_a_case
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.policies import AWAITS_PERSON, Action, Policy
from core.moderation.policy_drafts import Tried
from core.moderation.policy_json import policy_digest
from core.moderation.scores import Label
from core.moderation.simulation import FlipGroup, RuleMatches, Simulation, simulate
from core.services.context import Context
from core.services.policy_history import PolicyHistory
from core.store.base import Reader

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
SHORTEST = timedelta(days=1)
"""A rate a day is not made of less."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Of one policy: of all abuse, the share that it hides; of what it removes by itself, the share
    that people removed, too. None: too little is known."""

    found: ShareEstimate | None
    rightly: ShareEstimate | None


@dataclass(frozen=True, slots=True)
class PolicyTrial:
    """What a draft would have done. `since` is when the first of these texts was decided on, None
    if there are none; `days` is from then until now, at least one. `counts` are by action: in
    force, and by the draft. `in_audits` are texts that were drawn and judged. `case_s` is the
    median time that a case takes a person. `other_models`: texts that another version of the model
    scored than the newest one of them. `matches` has each text rule of the draft. `read_at` is when
    the history was read."""

    in_force: Policy
    draft: Policy
    simulation: Simulation
    since: datetime | None
    days: float
    counts: Mapping[Action, tuple[int, int]]
    groups: Sequence[FlipGroup]
    one_author: int
    before: Shares
    after: Shares
    flipped: ShareBound
    in_audits: int
    case_s: float | None
    other_models: int
    matches: Sequence[RuleMatches]
    read_at: datetime

    @property
    def tried(self) -> Tried:
        """What is stored of this trial when the draft is published."""
        return Tried(
            policy_digest(self.draft), self.in_force.version, self.read_at, self.texts, self.flips
        )

    @property
    def texts(self) -> int:
        """How many texts it was tried on."""
        return len(self.simulation.history)

    @property
    def flips(self) -> int:
        """How many of them would have been decided otherwise."""
        return sum(len(group.rows) for group in self.groups)

    def held_a_day(self) -> tuple[float, float]:
        """How many texts go to a person, in force and by the draft."""
        sums = [sum(self.counts[action][side] for action in AWAITS_PERSON) for side in (0, 1)]
        return sums[0] / self.days, sums[1] / self.days

    def hours_a_day(self) -> tuple[float, float] | None:
        """How long people work on them; None if it is not known how long a case takes."""
        if self.case_s is None:
            return None
        before, after = self.held_a_day()
        return before * self.case_s / 3_600, after * self.case_s / 3_600


@dataclass(frozen=True, slots=True)
class FlippedText:
    """A text that would have been decided otherwise. `text` is empty if it was withdrawn. `score`
    is that of the group's label. `verdict` is KEPT, REMOVED or NOT_JUDGED."""

    revision_id: str
    reference: str
    text: str
    score: float | None
    verdict: int


def try_policy(
    context: Context,
    actor: Actor,
    past: PolicyHistory,
    draft: Policy,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> PolicyTrial:
    """Judge what was decided from `since` on and before `until` by the draft and by the policy in
    force. Nothing is changed. Raises PermissionDenied and StoreError."""
    check_can(actor, Permission.SIMULATE_POLICY)
    with context.store.read() as reader:
        in_force = reader.policy_in_force()
    now, whole = context.clock.now(), past.read()
    history, rows = _within(whole, since, until)
    found = simulate(
        history,
        in_force,
        draft,
        *(_moved(past.rule_hits.rows(one.text_rules, whole), rows) for one in (in_force, draft)),
    )
    first = _first_at(history)
    end = min(until, now) if until else now
    groups = found.groups()
    return PolicyTrial(
        in_force=in_force,
        draft=draft,
        simulation=found,
        since=first,
        days=max(end - (first or end), SHORTEST) / timedelta(days=1),
        counts=found.counts(),
        groups=groups,
        one_author=found.most_by_one_author(),
        before=_shares(history, found.before),
        after=_shares(history, found.after),
        flipped=bound_of(history, found.flips()),
        in_audits=_in_audits(history),
        case_s=seconds_a_case(history),
        other_models=_other_models(history),
        matches=found.rule_matches(draft.text_rules),
        read_at=now,
    )


def list_flips(
    context: Context, actor: Actor, trial: PolicyTrial, group: FlipGroup, limit: int
) -> Sequence[FlippedText]:
    """The newest texts of the group, at most `limit`. Blind cases that nobody has decided are left
    out: that they flip would tell what their scores are."""
    check_can(actor, Permission.SIMULATE_POLICY)
    return _listed(context, actor, trial, group.rows[:limit], group.label)


def list_matches(
    context: Context, actor: Actor, trial: PolicyTrial, matches: RuleMatches, limit: int
) -> Sequence[FlippedText]:
    """The newest texts that a text rule matches, at most `limit`, also those that don't flip.
    Undecided blind cases are left out, as in `list_flips`: who guesses at words could find out
    which comments the rule holds."""
    check_can(actor, Permission.SIMULATE_POLICY)
    return _listed(context, actor, trial, matches.rows[:limit], None)


def _listed(
    context: Context,
    actor: Actor,
    trial: PolicyTrial,
    rows: NDArray[np.int64],
    label: Label | None,
) -> Sequence[FlippedText]:
    history, found = trial.simulation.history, []
    with context.store.read() as reader:
        for row in rows:
            name, score = history.ids[row].decode(), _score(history, label, row)
            text = _shown(context, reader, actor, name)
            if text is not None:
                found.append(FlippedText(name, *text, score, int(history.verdicts[row])))
    return found


def _shown(context: Context, reader: Reader, actor: Actor, name: str) -> tuple[str, str] | None:
    """Reference and text; None for one that the actor may not see yet."""
    revision = reader.revision(name)
    now = context.clock.now()
    if revision is None or is_hidden(reader.case_of(name), reader.decision_chain(name), actor, now):
        return None
    return revision.reference, "" if revision.is_withdrawn else revision.text


def _score(history: History, label: Label | None, row: np.int64) -> float | None:
    score = None if label is None else float(history.scores[label][row])
    return None if score is None or np.isnan(score) else score


def _within(
    history: History, since: datetime | None, until: datetime | None
) -> tuple[History, NDArray[np.bool_]]:
    """The rows of that time, and which of all rows they are."""
    wanted = np.ones(len(history), bool)
    if since is not None:
        wanted &= history.decided_at >= _micros(since)
    if until is not None:
        wanted &= history.decided_at < _micros(until)
    return (history if wanted.all() else history.at(wanted)), wanted


def _moved(
    rows: Mapping[str, NDArray[np.int64]], wanted: NDArray[np.bool_]
) -> Mapping[str, NDArray[np.int64]]:
    """Rows of the whole history as those of its wanted part."""
    places = np.cumsum(wanted) - 1
    return {name: places[some[wanted[some]]] for name, some in rows.items()}


def _shares(history: History, actions: NDArray[np.int8]) -> Shares:
    return Shares(abuse_found(history, actions), removed_rightly(history, actions))


def _in_audits(history: History) -> int:
    is_drawn = (history.chances > 0) & (history.chances < 1)
    return int(np.count_nonzero(is_drawn & (history.verdicts != NOT_JUDGED)))


def _other_models(history: History) -> int:
    if not len(history):
        return 0
    newest = history.models[history.decided_at.argmax()]
    return int(np.count_nonzero(history.models != newest))


def _first_at(history: History) -> datetime | None:
    if not len(history):
        return None
    return _EPOCH + int(history.decided_at.min()) * _MICROSECOND


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
