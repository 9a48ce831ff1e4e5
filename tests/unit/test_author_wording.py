"""The texts for authors: one for every state, and true in it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from core.moderation.appeals import AppealStatus, days_left
from core.moderation.cases import TextGone
from core.moderation.comments import Visibility
from core.moderation.default_policy import BANDS
from core.moderation.notices import AppealStage, DecidedBy, Statement, appeal_stage, decided_by
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.services.lookup import look_up
from core.texts.texts import english
from dashboard.lookup import wording as words
from dashboard.lookup.course import course_lines
from dashboard.wording import APPEAL_BADGES, score_figure, score_lines, viewer_zone
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    REMOVED,
    appealed,
    decided,
    heard,
    make_services,
    posted,
    removed_by_person,
    scored,
    unscored,
)
from tests.policies import SURE
from tests.unit import test_text_rule_notices as notices

EN = english()
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def statements(home: Path) -> dict[str, Statement]:
    """The statements of every state an author can see, reached through the services."""
    services, long_ago = make_services(home), make_services(home, days_ago=200)
    revisions = {
        "over": removed_by_person(long_ago),
        "visible": scored(services, CLEAN),
        "held": scored(services, HELD),
        "unscored": unscored(services),
        "removed by model": scored(services, REMOVED),
        "removed by person": removed_by_person(services),
        "appeal pending": removed_by_person(services),
        "upheld": removed_by_person(services),
        "overturned": scored(services, REMOVED),
        "approved": scored(services, HELD),
        "escalated": scored(services, HELD),
        "unscored, removed": unscored(services),
        "unscored, approved": unscored(services),
        "unscored, escalated": unscored(services),
    }
    revisions["pending"] = posted(services, CLEAN)
    appealed(services, revisions["appeal pending"])
    heard(services, appealed(services, revisions["upheld"]), overturn=False)
    heard(services, appealed(services, revisions["overturned"]), overturn=True)
    for name, action in (
        ("approved", Action.APPROVE),
        ("escalated", Action.ESCALATE),
        ("unscored, removed", Action.REMOVE),
        ("unscored, approved", Action.APPROVE),
        ("unscored, escalated", Action.ESCALATE),
    ):
        decided(services, revisions[name], action)
    return {
        name: look_up(services.context, revision.reference).statement
        for name, revision in revisions.items()
    }


@pytest.fixture(scope="module")
def every_state(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Statement]:
    return statements(tmp_path_factory.mktemp("home"))


EXPECTED: dict[str, tuple[Visibility, DecidedBy, AppealStage]] = {
    "over": (Visibility.REMOVED, DecidedBy.MODEL_THEN_PERSON, AppealStage.OVER),
    "pending": (Visibility.PENDING, DecidedBy.NOBODY, AppealStage.NOTHING_TO_APPEAL),
    "visible": (Visibility.VISIBLE, DecidedBy.MODEL, AppealStage.NOTHING_TO_APPEAL),
    "held": (Visibility.HELD, DecidedBy.MODEL, AppealStage.NOTHING_TO_APPEAL),
    "unscored": (Visibility.HELD, DecidedBy.NOT_SCORED, AppealStage.NOTHING_TO_APPEAL),
    "removed by model": (Visibility.REMOVED, DecidedBy.MODEL, AppealStage.OPEN),
    "removed by person": (Visibility.REMOVED, DecidedBy.MODEL_THEN_PERSON, AppealStage.OPEN),
    "appeal pending": (Visibility.REMOVED, DecidedBy.MODEL_THEN_PERSON, AppealStage.PENDING),
    "upheld": (Visibility.REMOVED, DecidedBy.MODEL_THEN_PERSON, AppealStage.UPHELD),
    "overturned": (Visibility.VISIBLE, DecidedBy.APPEAL, AppealStage.OVERTURNED),
    "approved": (
        Visibility.VISIBLE,
        DecidedBy.MODEL_THEN_PERSON,
        AppealStage.NOTHING_TO_APPEAL,
    ),
    "escalated": (Visibility.HELD, DecidedBy.MODEL_THEN_PERSON, AppealStage.NOTHING_TO_APPEAL),
    "unscored, removed": (Visibility.REMOVED, DecidedBy.PERSON, AppealStage.OPEN),
    "unscored, approved": (
        Visibility.VISIBLE,
        DecidedBy.PERSON,
        AppealStage.NOTHING_TO_APPEAL,
    ),
    "unscored, escalated": (Visibility.HELD, DecidedBy.PERSON, AppealStage.NOTHING_TO_APPEAL),
}


@pytest.mark.parametrize("state", EXPECTED)
def test_every_state_is_told_apart_and_has_its_words(
    every_state: dict[str, Statement], state: str
) -> None:
    statement = every_state[state]
    told = (statement.visibility, decided_by(statement), appeal_stage(statement))
    assert told == EXPECTED[state]
    for sentence in (
        words.headline(statement, EN),
        words.what_next(statement, EN),
        words.who_decided(statement, EN),
    ):
        assert sentence.endswith(".")


def test_no_sentence_names_a_moderator(every_state: dict[str, Statement]) -> None:
    for statement in every_state.values():
        said = words.what_next(statement, EN) + words.who_decided(statement, EN)
        assert "mina" not in said
        assert LEAD.id not in said


def test_a_removal_by_both_says_so_in_plain_words(every_state: dict[str, Statement]) -> None:
    said = words.who_decided(every_state["removed by person"], EN)
    assert said.endswith("A model flagged it. A moderator removed it.")
    assert "No person took part" in words.who_decided(every_state["removed by model"], EN)


def test_a_comment_nothing_could_score_is_said_to_go_to_a_person(
    every_state: dict[str, Statement],
) -> None:
    sentence = "The comment could not be scored, so a person looks at it."
    assert words.no_scores(every_state["unscored"], EN) == sentence
    assert words.no_scores(every_state["pending"], EN) == ""
    assert words.not_assessed_line(every_state["unscored"].not_assessed, EN) == ""


def test_the_score_line_names_score_thresholds_and_policy_version(
    every_state: dict[str, Statement],
) -> None:
    fact = every_state["removed by model"].facts[0]
    hold, remove, _ = BANDS[Label.TOXICITY]
    remove = remove or SURE
    ends = f"hold from {hold:.2f}, remove from {remove:.2f}"
    line = f"toxicity 0.99 — rule: {ends} (policy version 1)"
    assert words.score_line(fact, EN) == line
    assert score_lines([fact]) == [("toxicity 0.99", ends.replace(",", " ·"))]


def test_a_label_by_which_nothing_is_removed_says_so(every_state: dict[str, Statement]) -> None:
    fact = every_state["removed by model"].facts[0]
    hold = fact.thresholds[Action.HOLD]
    held = replace(fact, thresholds={Action.APPROVE: 0.0, Action.HOLD: hold})
    assert words.score_line(held, EN) == (
        f"toxicity 0.99 — rule: hold from {hold:.2f}, removed by a person only (policy version 1)"
    )
    ends = f"hold from {hold:.2f} · removed by a person only"
    assert score_lines([held]) == [("toxicity 0.99", ends)]
    unheld = replace(fact, thresholds={Action.APPROVE: 0.0})
    assert score_lines([unheld]) == [("toxicity 0.99", "removed by a person only")]


def test_a_label_without_a_score_is_not_assessed(every_state: dict[str, Statement]) -> None:
    statement = every_state["visible"]
    assert statement.not_assessed == (Label.SEVERE_TOXICITY,)
    said = words.not_assessed_line(statement.not_assessed, EN)
    assert said == "Not assessed by the model: severe toxicity."


@pytest.mark.parametrize(
    ("score", "shown"),
    [(0.9699, "0.96"), (0.97, "0.97"), (0.29, "0.29"), (1.0, "1.00"), (0, "0.00")],
)
def test_a_score_never_looks_as_if_it_reached_the_next_threshold(score: float, shown: str) -> None:
    assert score_figure(score) == shown


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=12, hours=1), "(12 days left)"),
        (timedelta(days=1, hours=1), "(1 day left)"),
        (timedelta(hours=3), "(less than a day left)"),
    ],
)
def test_the_deadline_is_said_with_zone_and_days_left(left: timedelta, said: str) -> None:
    line = words.appeal_until(NOW + left, NOW, viewer_zone("Europe/Berlin"), EN)
    assert "CEST" in line
    assert said in line


def test_days_left_never_grows_and_never_goes_below_zero() -> None:
    deadline = NOW + timedelta(days=2)
    seen = [days_left(deadline, NOW + timedelta(hours=step)) for step in range(0, 80, 7)]
    assert all(earlier >= later for earlier, later in pairwise(seen))
    assert seen[-1] == 0


@pytest.mark.parametrize("name", [None, "", "Nowhere/Land", "../../etc/passwd", "Europe", "\x00"])
def test_an_unusable_time_zone_becomes_utc(name: str | None) -> None:
    assert viewer_zone(name).utcoffset(NOW) == timedelta(0)


def test_every_appeal_status_is_a_stage_with_a_badge() -> None:
    assert {AppealStage(status) for status in AppealStatus} == set(APPEAL_BADGES)
    assert set(words.BADGES) == set(Visibility)


def test_the_course_tells_the_score_who_decided_and_what_comes_next(
    every_state: dict[str, Statement],
) -> None:
    lines = course_lines(every_state["removed by person"], 7, UTC, EN)
    assert [line[0] for line in lines] == ["●", "●", "○"]
    assert "gave insult 0.95; people look at comments from 0.31 on." in lines[0]
    assert "A moderator removed it." in lines[1]
    assert lines[2].endswith("Your appeal, if you make one, is answered within 7 days.")
    (*_, last) = course_lines(every_state["removed by person"], 1, UTC, EN)
    assert last.endswith("Your appeal, if you make one, is answered within a day.")
    assert len(course_lines(every_state["upheld"], 7, UTC, EN)) == 3
    assert course_lines(every_state["pending"], 7, UTC, EN) == []
    (unscored, waits) = course_lines(every_state["unscored"], 7, UTC, EN)
    assert "could not be scored" in unscored
    assert "a moderator will" in waits


def test_the_course_tells_the_text_rule_and_what_it_matched() -> None:
    (found, decided) = course_lines(notices.statement(notices.BY_TEXT), 7, UTC, EN)
    assert found.startswith("● On 1 Nov 2026")
    assert "about words or links matched it: Regeln & “Casinos”." in found
    assert "What it matched: “c.a.s.i.n.o”, “Casino Casino Casino" in found
    assert "\n" not in found
    assert "a moderator will" in decided
    (found, *_) = course_lines(notices.statement(notices.CUT), 7, UTC, EN)
    assert found.endswith("What it matched: “casino.example”")
    assert words.no_scores(notices.statement(notices.CUT), EN).startswith(
        "It was not scored; a rule"
    )
    both = course_lines(notices.statement(notices.BY_BOTH), 7, UTC, EN)
    assert ["gave toxicity" in line for line in both] == [True, False, False]
    gone = course_lines(notices.statement(notices.BY_TEXT, gone=TextGone.EDITED), 7, UTC, EN)
    assert "What it matched" not in gone[0]
