"""What a run's results say, in words and as columns of tables."""

from collections.abc import Sequence
from datetime import tzinfo

import pandas as pd

from core.batch.results.places import ResultsPlace
from core.batch.results.view import RunResults
from core.moderation.drift import (
    ERROR,
    FEWEST_ROWS,
    Drift,
    DriftEvidence,
    LabelDrift,
    Outcome,
    OutcomeDrift,
)
from core.moderation.invisible import escape_invisible
from core.moderation.policies import Action
from core.moderation.scores import Label
from dashboard.core_sentences import in_own_words
from dashboard.figures import NONE
from dashboard.shares import in_own_form
from dashboard.staff_texts import count, decimal, number, said, say
from dashboard.wording import LABELS, local_time

OUTCOMES = said("runs.outcome", Outcome)
_ROWS_WERE = said("runs.rows_were", Outcome)
_EVIDENCE = said("runs.evidence", DriftEvidence)
ALWAYS = (*map(Outcome, (Action.APPROVE, Action.HOLD, Action.REMOVE)), Outcome.NOT_SCORED)
OF_A_FILE = (Outcome.SCORED, Outcome.NOT_SCORED)


def outcome_frame(results: RunResults) -> pd.DataFrame:
    """A line for each outcome: rows, share and, with a run before, the change."""
    summary = results.summary
    usual = ALWAYS if results.has_actions else OF_A_FILE
    changes = {one.outcome: one for one in results.drift.outcomes} if results.drift else {}
    shown = [one for one in Outcome if one in usual or one in summary.outcomes or one in changes]
    rows = [summary.outcomes.get(one, 0) for one in shown]
    columns: dict[str, Sequence[object]] = {
        "outcome": [OUTCOMES[one] for one in shown],
        "rows": rows,
        "share": [many / max(summary.row_count, 1) for many in rows],
    }
    if results.drift is not None:
        found = [changes.get(one) for one in shown]
        columns |= {
            "before": [None if one is None else one.before for one in found],
            "change": [NONE if one is None else _change(one) for one in found],
            "effect": [None if one is None else one.effect for one in found],
            "evidence": [NONE if one is None else _EVIDENCE[one.evidence] for one in found],
        }
    return pd.DataFrame(columns)


def label_frame(results: RunResults) -> pd.DataFrame:
    """A line for each label: its mean score and, with a run before, how far the scores moved."""
    if results.drift is None:
        scores = results.summary.scores
        labels = [label for label in Label if label in scores]
        return pd.DataFrame(
            {
                "label": [LABELS[label] for label in labels],
                "scored": [scores[label].count for label in labels],
                "mean": [scores[label].mean for label in labels],
            }
        )
    found = results.drift.scores
    return pd.DataFrame(
        {
            "label": [LABELS[one.label] for one in found],
            "mean": [one.mean for one in found],
            "before": [one.before for one in found],
            "moved": [_moved(one) for one in found],
            "evidence": [_EVIDENCE[one.evidence] for one in found],
        }
    )


def flagged_frame(results: RunResults) -> pd.DataFrame:
    """The rows with the highest scores; a column for each label that one of them has."""
    rows = results.top
    labels = [label for label in Label if any(label in row.scores for row in rows)]
    columns: dict[str, Sequence[object]] = {
        results.id_column: [escape_invisible(row.id) for row in rows]
    }
    if results.has_actions:
        columns |= {
            "action": [OUTCOMES[row.outcome] if row.outcome else NONE for row in rows],
            "reason": [escape_invisible(row.reason) or NONE for row in rows],
        }
    columns |= {LABELS[label]: [row.scores.get(label) for row in rows] for label in labels}
    return pd.DataFrame(columns)


def headline(results: RunResults, zone: tzinfo) -> str:
    """The sentence before the tables: what changed since the run before."""
    if results.drift is None or results.before is None:
        return in_own_words(results.no_drift, "runs.no_drift", rows=in_own_form, there=in_own_form)
    when = local_time(results.before.began_at, zone)
    changed = [one for one in results.drift.outcomes if one.evidence is DriftEvidence.CHANGED]
    moved = [one for one in results.drift.scores if one.evidence is DriftEvidence.CHANGED]
    if changed:
        # What was approved mirrors the others.
        one = max(changed, key=lambda one: (one.outcome is not Outcome.APPROVE, abs(one.effect)))
        words = say(
            "runs.headline.more" if one.change > 0 else "runs.headline.fewer",
            outcome=_ROWS_WERE[one.outcome],
            when=when,
            share=_share(one.share),
            before=_share(one.before),
            change=_change(one),
        )
    elif moved:
        labels = ", ".join(LABELS[one.label] for one in moved)
        words = say("runs.headline.moved", when=when, labels=labels)
    elif _is_too_small(results.drift):
        words = say("runs.headline.too_few", when=when)
    else:
        words = say("runs.headline.alike", when=when)
    return words


def method() -> str:
    """How the tables tell a change from chance."""
    return say(
        "runs.results.how",
        changed=_EVIDENCE[DriftEvidence.CHANGED],
        error=say("common.unit.percent", figure=decimal(ERROR * 100, 0)),
        few=_EVIDENCE[DriftEvidence.TOO_FEW],
        rows=number(FEWEST_ROWS),
    )


def notes(results: RunResults, place: ResultsPlace) -> str:
    """What else a reader of the figures should know; empty if there is nothing."""
    summary, lines = results.summary, []
    if (gone := summary.row_count - results.standing_count) > 0:
        lines.append(count("runs.note.scored_again", gone))
    if summary.unassessed_count:
        lines.append(count("runs.note.unassessed", summary.unassessed_count))
    if not results.has_actions:
        lines.append(say("runs.note.no_actions"))
    lines += _other_versions(results, place)
    return " ".join(lines)


def _other_versions(results: RunResults, place: ResultsPlace) -> list[str]:
    before = results.before
    if results.drift is None or before is None or place.path is not None:
        return []
    lines = []
    if before.model_version != place.model_version:
        models = before.model_version or NONE, place.model_version or NONE
        lines.append(say("runs.note.other_model", before=models[0], now=models[1]))
    if before.policy_version != place.policy_version:
        versions = str(before.policy_version), str(place.policy_version)
        lines.append(say("runs.note.other_policy", before=versions[0], now=versions[1]))
    return lines


def _is_too_small(found: Drift) -> bool:
    return all(one.evidence is DriftEvidence.TOO_FEW for one in found.outcomes)


def _share(share: float) -> str:
    shown = decimal(share * 100, 1 if share >= 0.01 else 2)
    return say("common.unit.percent", figure=shown)


def _change(one: OutcomeDrift) -> str:
    """`+1.5 points (+0.7 to +2.3)`; two decimals where one would show nothing."""
    digits = 1 if max(abs(one.low), abs(one.high)) >= 0.01 else 2
    change, low, high = (_signed(each * 100, digits) for each in (one.change, one.low, one.high))
    return say("runs.outcomes.points", change=change, low=low, high=high)


def _signed(value: float, digits: int) -> str:
    shown = decimal(value, digits)
    return shown if shown.startswith("-") else f"+{shown}"


def _moved(one: LabelDrift) -> str:
    """`4.1 points more above 0.32`."""
    if one.distance is None or one.at is None:
        return NONE
    if one.distance == 0:
        return say("runs.labels.not_moved")
    return say(
        "runs.labels.more_above" if one.distance > 0 else "runs.labels.fewer_above",
        points=decimal(abs(one.distance) * 100, 1),
        score=decimal(one.at, 2),
    )
