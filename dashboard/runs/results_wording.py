"""What a run's results say, in words and as columns of tables. Pure."""

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
from dashboard.figures import NONE, counted
from dashboard.wording import ACTIONS_DONE, LABELS, local_time

OUTCOMES: dict[Outcome, str] = {
    **{Outcome(action): words for action, words in ACTIONS_DONE.items()},
    Outcome.HOLD: "held",
    Outcome.SCORED: "scored",
    Outcome.NOT_SCORED: "not scored",
}
ALWAYS = (*map(Outcome, (Action.APPROVE, Action.HOLD, Action.REMOVE)), Outcome.NOT_SCORED)
OF_A_FILE = (Outcome.SCORED, Outcome.NOT_SCORED)
PLAIN_RUNS = (
    "Only runs of jobs are listed: where a modconsole score that was run by hand wrote to is not "
    "known here. The table of runs beside its predictions tells of it."
)
NO_ROWS = (
    "This run wrote no rows: there were none for it to read, or each stands as an earlier run "
    "wrote it and has not changed."
)
HOW = (
    f"“{DriftEvidence.CHANGED}”: unlikely ({ERROR:.0%} for all lines of both tables together) if "
    f"the two runs had rows of the same kind; “{DriftEvidence.TOO_FEW}”: fewer than {FEWEST_ROWS} "
    "rows in one of them. Intervals are Newcombe's, distances Kolmogorov and Smirnov's."
).replace("%", " %")


def outcome_frame(results: RunResults) -> pd.DataFrame:
    """A line for each outcome: rows, share and, with a run before, the change."""
    summary = results.summary
    usual = ALWAYS if results.has_actions else OF_A_FILE
    changes = {one.outcome: one for one in results.drift.outcomes} if results.drift else {}
    shown = [one for one in Outcome if one in usual or one in summary.outcomes or one in changes]
    counts = [summary.outcomes.get(one, 0) for one in shown]
    columns: dict[str, Sequence[object]] = {
        "outcome": [OUTCOMES[one] for one in shown],
        "rows": counts,
        "share": [count / max(summary.row_count, 1) for count in counts],
    }
    if results.drift is not None:
        found = [changes.get(one) for one in shown]
        columns |= {
            "before": [None if one is None else one.before for one in found],
            "change": [NONE if one is None else _change(one) for one in found],
            "effect": [None if one is None else one.effect for one in found],
            "evidence": [NONE if one is None else one.evidence.value for one in found],
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
            "evidence": [one.evidence.value for one in found],
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
        return results.no_drift
    than = f"than in the run of {local_time(results.before.began_at, zone)}"
    changed = [one for one in results.drift.outcomes if one.evidence is DriftEvidence.CHANGED]
    moved = [one for one in results.drift.scores if one.evidence is DriftEvidence.CHANGED]
    if changed:
        # What was approved mirrors the others.
        one = max(changed, key=lambda one: (one.outcome is not Outcome.APPROVE, abs(one.effect)))
        words = (
            f"{'More' if one.change > 0 else 'Fewer'} rows were {OUTCOMES[one.outcome]} {than}: "
            f"{_share(one.share)} instead of {_share(one.before)}, {_change(one)}. That is "
            "more than chance."
        )
    elif moved:
        labels = ", ".join(LABELS[one.label] for one in moved)
        words = f"Scores are different {than}, by more than chance: {labels}."
    elif _is_too_small(results.drift):
        words = f"Too few rows to tell whether anything is different {than}."
    else:
        words = f"Nothing is different {than} by more than what may be chance."
    return words


def notes(results: RunResults, place: ResultsPlace) -> str:
    """What else a reader of the figures should know; empty if there is nothing."""
    summary, lines = results.summary, []
    if (gone := summary.row_count - results.standing_count) > 0:
        lines.append(
            f"{counted(gone, 'row')} of this run were scored again by later ones: counted above, "
            "but not among the rows below and in the CSV."
        )
    if summary.unassessed_count:
        lines.append(
            f"{counted(summary.unassessed_count, 'row')} got an action without scores, because of "
            "their language."
        )
    if not results.has_actions:
        lines.append("A file has scores, but no actions: no policy is applied to it.")
    lines += _other_versions(results, place)
    return " ".join(lines)


def _other_versions(results: RunResults, place: ResultsPlace) -> list[str]:
    before = results.before
    if results.drift is None or before is None or place.path is not None:
        return []
    lines = []
    if before.model_version != place.model_version:
        lines.append(
            f"The model is another one: {before.model_version or NONE} before, "
            f"{place.model_version or NONE} now."
        )
    if before.policy_version != place.policy_version:
        lines.append(
            f"The policy is another one: version {before.policy_version} before, "
            f"{place.policy_version} now."
        )
    return lines


def _is_too_small(found: Drift) -> bool:
    return all(one.evidence is DriftEvidence.TOO_FEW for one in found.outcomes)


def _share(share: float) -> str:
    return f"{share * 100:.{1 if share >= 0.01 else 2}f} %"


def _change(one: OutcomeDrift) -> str:
    """`+1.5 points (+0.7 to +2.3)`; two decimals where one would show nothing."""
    digits = 1 if max(abs(one.low), abs(one.high)) >= 0.01 else 2
    change, low, high = (f"{each * 100:+.{digits}f}" for each in (one.change, one.low, one.high))
    return f"{change} points ({low} to {high})"


def _moved(one: LabelDrift) -> str:
    """`4.1 points more above 0.32`."""
    if one.distance is None or one.at is None:
        return NONE
    if one.distance == 0:
        return "not at all"
    way = "more" if one.distance > 0 else "fewer"
    return f"{abs(one.distance) * 100:.1f} points {way} above {one.at:.2f}"
