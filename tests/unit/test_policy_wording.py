"""The words, numbers and chart of the page Policy."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from core.moderation.estimates import ShareBound, ShareEstimate, bound_of
from core.moderation.history import KEPT, REMOVED
from core.moderation.policies import Action
from core.moderation.policy_bands import LabelBands
from core.moderation.scores import Label
from core.moderation.simulation import simulate
from core.services.policy_simulation import PolicyTrial, Shares
from dashboard.policy.charts import edge_lines, score_bars, score_counts
from dashboard.policy.trial_words import (
    bound_words,
    direction_badge,
    found_words,
    group_title,
    rightly_share,
    rightly_words,
    share_words,
    summary,
    work_words,
)
from dashboard.policy.wording import bands_at, bands_words, knobs
from tests.unit.test_simulation import history, policy

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ESTIMATE = ShareEstimate(0.712, 0.58, 0.824, 500)


def trial(**changes: object) -> PolicyTrial:
    """Thirty comments, five of which would be held more."""
    past = history(np.linspace(0.1, 0.95, 30), np.tile([KEPT, REMOVED], 15))
    found = simulate(past, policy(0.5), policy(0.36))
    made = PolicyTrial(
        in_force=policy(0.5),
        draft=policy(0.36),
        simulation=found,
        since=NOW,
        days=2.0,
        counts=found.counts(),
        groups=found.groups(),
        one_author=1,
        before=Shares(None, None),
        after=Shares(None, None),
        flipped=bound_of(past, found.flips()),
        in_audits=0,
        case_s=None,
        other_models=0,
        matches=(),
        read_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("bands", "words", "places"),
    [
        (LabelBands(0.44, None), "hold from 0.44, remove: a person only", (0.44, 1.0)),
        (LabelBands(0.5, 0.9), "hold from 0.5, remove from 0.9", (0.5, 0.9)),
        (LabelBands(None, 0.9), "hold: nothing, remove from 0.9", (0.9, 0.9)),
        (LabelBands(None, None), "hold: nothing, remove: a person only", (1.0, 1.0)),
        (LabelBands(0.0, None), "hold from 0, remove: a person only", (0.0, 1.0)),
    ],
)
def test_bands_in_words_and_as_the_knobs_of_a_slider(bands, words, places) -> None:
    assert bands_words(bands) == words
    assert knobs(bands) == places
    assert bands_at(*places) == bands


def test_a_trial_in_a_sentence() -> None:
    found = trial()
    assert summary(found) == (
        "Of 30 comments, with their scores of the day, 5 would have been decided otherwise; the "
        "most by one author: 1."
    )
    assert summary(replace(found, groups=[])) == (
        "30 comments, with their scores of the day. None of them would have been decided otherwise."
    )
    assert [group_title(group) for group in found.groups] == ["pass → hold by toxicity: 5 comments"]
    assert found.held_a_day() == (8.0, 10.5)


def test_how_long_people_work() -> None:
    assert work_words(trial()).startswith("how long that takes is unknown")
    assert work_words(trial(case_s=24.0)) == (
        "about 4 min of work a day, 3 min in force; 24 s a case"
    )
    assert work_words(trial(case_s=3_600.0)).startswith("about 10.5 h of work a day, 8.0 h in")


def test_what_is_unknown_says_why() -> None:
    unknown = trial(in_audits=3)
    assert share_words(unknown.after.found) == "unknown"
    assert found_words(unknown).startswith("3 of the 20 audited comments needed were judged")
    assert found_words(trial(in_audits=20)).startswith("fewer than 20 comments were judged to be")
    assert rightly_share(unknown) == "–"
    assert rightly_words(unknown) == "nothing would be removed without a person"
    removing = trial(counts={**unknown.counts, Action.REMOVE: (0, 7)})
    assert rightly_share(removing) == "unknown"
    assert rightly_words(removing).startswith("fewer than 20 of what it removes")


def test_what_is_known_has_its_interval() -> None:
    known = trial(after=Shares(ESTIMATE, ESTIMATE), in_audits=450)
    known = replace(known, counts={**known.counts, Action.REMOVE: (0, 7)})
    assert share_words(known.after.found) == "71 %"
    assert found_words(known) == "58 % to 82 %; 500 judged to be abuse, 450 audited"
    assert rightly_share(known) == "71 %"
    assert rightly_words(known) == "58 % to 82 %, from 500 judged"


def test_what_nobody_judged_is_bounded() -> None:
    assert bound_words(trial(flipped=ShareBound(0.25, 0.75, 2, 2))) == (
        "People judged 2 of these 4. So 25 % to 75 % of them are abuse, whatever the others are."
    )


@pytest.mark.parametrize(
    ("before", "after", "badge"),
    [
        (Action.APPROVE, Action.HOLD, ("5 pass → hold", "orange")),
        (Action.HOLD, Action.REMOVE, ("5 hold → remove", "red")),
        (Action.REMOVE, Action.HOLD, ("5 remove → hold", "green")),
        (Action.HOLD, Action.APPROVE, ("5 hold → pass", "green")),
    ],
)
def test_a_direction_has_the_colour_of_its_severer_end(before, after, badge) -> None:
    assert direction_badge(before, after, 5) == badge


def test_the_chart_counts_every_score_and_shows_both_bands() -> None:
    past = history([0.0, 0.01, 0.5, 0.99, 1.0])
    frame = score_counts(past, Label.TOXICITY, LabelBands(0.36, 0.98))
    assert frame["comments"].sum() == 5
    assert (frame["comments"].iloc[0], frame["comments"].iloc[-1]) == (2, 2)
    done = frame.groupby("by the draft")["comments"].sum().to_dict()
    assert done == {"passed": 2, "held": 1, "removed": 2}
    assert score_counts(past, Label.THREAT, LabelBands(None, None))["comments"].sum() == 0
    lines = edge_lines(LabelBands(0.44, None), LabelBands(0.36, 0.98))
    assert lines.values.tolist() == [[0.44, "in force"], [0.36, "draft"], [0.98, "draft"]]
    drawn = score_bars(frame, Label.TOXICITY, lines).to_dict()
    assert [layer["mark"]["type"] for layer in drawn["layer"]] == ["bar", "rule"]
