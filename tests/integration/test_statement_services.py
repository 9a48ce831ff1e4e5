"""Statements of reasons of a real state: which there are, what they say, and what ended."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.errors import InvalidInput
from core.moderation.audit import STATEMENTS
from core.moderation.dsa.restrictions import RestrictionEnd, RestrictionKind
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policies import Action
from core.moderation.reports import ReportKind
from core.services.hearing import hear_appeal, take_first_look
from core.services.reopen import reopen
from core.services.review import undo_decision
from core.services.statements import StatementEnded, StatementMade, export_statements
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    REMOVED,
    appealed,
    chain_of,
    decided,
    edited,
    heard,
    make_services,
    posted,
    removed_by_person,
    reported,
    scored,
    unscored,
    withdrawn,
)
from tests.moving_clock import MovingClock

AUDITOR = Actor("ines", Role.AUDITOR)
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
R, H = RestrictionKind.REMOVAL, RestrictionKind.HOLD


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def site(tmp_path: Path, clock: MovingClock) -> Iterator[Services]:
    opened = make_services(tmp_path, clock=clock.clock, grace_s=15)
    yield opened
    opened.close()


def exported(
    services: Services, since: datetime = BEGINNING, until: datetime | None = None
) -> tuple[list[StatementMade], list[StatementEnded]]:
    lines = list(export_statements(services.context, SYSTEM, since, until or services.clock.now()))
    made = [line for line in lines if isinstance(line, StatementMade)]
    assert lines[: len(made)] == made, "ends come after all statements"
    return made, [line for line in lines if isinstance(line, StatementEnded)]


def kinds(services: Services) -> list[RestrictionKind]:
    return [each.restriction.kind for each in exported(services)[0]]


def ends(services: Services) -> list[RestrictionEnd | None]:
    return [each.restriction.ended_because for each in exported(services)[1]]


def test_each_restriction_gives_one_statement_in_the_order_of_effect(
    site: Services, clock: MovingClock
) -> None:
    scored(site, CLEAN)
    clock.move(1)
    held = scored(site, HELD)
    clock.move(1)
    by_model = scored(site, REMOVED)
    clock.move(1)
    by_person = decided(site, held, Action.REMOVE)
    clock.move(16)
    made, ended = exported(site)
    assert [each.problems for each in made] == [[], [], []]
    first = [chain_of(site, text)[0].id for text in (held, by_model)]
    assert [each.fields["puid"] for each in made] == [*first, by_person.id]
    assert [each.fields["automated_decision"] for each in made] == [
        "AUTOMATED_DECISION_FULLY",
        "AUTOMATED_DECISION_FULLY",
        "AUTOMATED_DECISION_PARTIALLY",
    ]
    assert [each.restriction.supersedes for each in made] == [None, None, first[0]]
    (end,) = ended
    assert end.restriction.decision.id == first[0]
    assert end.restriction.superseded_by == by_person.id


def test_a_decision_in_its_window_and_one_that_was_cancelled_give_none(
    site: Services, clock: MovingClock
) -> None:
    waiting, cancelled = scored(site, HELD), scored(site, f"{HELD} again")
    clock.move(1)
    decided(site, waiting, Action.REMOVE)
    decided(site, cancelled, Action.REMOVE)
    clock.move(5)
    undo_decision(site.context, MODERATOR, cancelled.id, seen_version=2)
    assert kinds(site) == [H, H]
    clock.move(60)
    assert kinds(site) == [H, H, R]
    assert ends(site) == [RestrictionEnd.SUPERSEDED]


def test_a_removal_that_stands_for_another_reason_supersedes_the_first(
    site: Services, clock: MovingClock
) -> None:
    revision, why = scored(site, HELD), "It names where they live."
    removal = decided(site, revision, Action.REMOVE)
    clock.move(16)
    about = (site.context, LEAD, appealed(site, revision).id)
    take_first_look(*about, Action.REMOVE, "threat")
    hear_appeal(*about, overturn=False, reason=why, other_reason="threat")
    clock.move(1)
    made, _ = exported(site)
    assert (kinds(site), ends(site)) == ([H, R, R], [RestrictionEnd.SUPERSEDED] * 2)
    assert (made[-1].restriction.supersedes, made[-1].problems) == (removal.id, [])


def test_a_text_held_without_a_reason_gives_none(site: Services, clock: MovingClock) -> None:
    revision = unscored(site)
    clock.move(1)
    assert kinds(site) == []
    decided(site, revision, Action.REMOVE)
    clock.move(16)
    (made,), _ = exported(site)
    assert made.fields["automated_detection"] == "No"
    assert made.fields["automated_decision"] == "AUTOMATED_DECISION_NOT_AUTOMATED"


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (ReportKind.USER, "SOURCE_TYPE_OTHER_NOTIFICATION"),
        (ReportKind.TRUSTED_FLAGGER, "SOURCE_TRUSTED_FLAGGER"),
    ],
)
def test_a_report_that_opened_the_case_is_the_source(
    site: Services, clock: MovingClock, kind: ReportKind, wanted: str
) -> None:
    revision = scored(site, CLEAN)
    clock.move(1)
    reported(site, revision, kind=kind, words="by una@example.org")
    clock.move(1)
    decided(site, revision, Action.REMOVE)
    clock.move(16)
    (made,), _ = exported(site)
    assert (made.fields["source_type"], made.problems) == (wanted, [])
    assert "una" not in str(made.fields)


def test_a_report_from_before_the_first_decision_counts_and_one_that_was_only_recorded_does_not(
    site: Services, clock: MovingClock
) -> None:
    early = posted(site, CLEAN)
    reported(site, early)
    clock.move(1)
    removed = scored(site, REMOVED)
    clock.move(1)
    reported(site, removed)
    clock.move(1)
    decided(site, early, Action.REMOVE)
    clock.move(16)
    made, _ = exported(site)
    assert [each.fields["source_type"] for each in made] == [
        "SOURCE_VOLUNTARY",
        "SOURCE_TYPE_OTHER_NOTIFICATION",
    ]


def test_the_chain_says_how_each_ended(site: Services, clock: MovingClock) -> None:
    won, restored, changed, taken = (scored(site, f"{HELD} {n}") for n in range(4))
    clock.move(1)
    for revision in (won, restored, changed, taken):
        decided(site, revision, Action.REMOVE)
    clock.move(16)
    heard(site, appealed(site, won), overturn=True)
    reopen(site.context, LEAD, restored.id, seen_version=2)
    decided(site, restored, Action.APPROVE, actor=LEAD)
    edited(site, changed, CLEAN)
    withdrawn(site, taken)
    clock.move(16)
    since = clock.now - timedelta(seconds=17)
    before, now = exported(site, until=since), exported(site, since)
    assert (len(before[0]), len(before[1])) == (4, 0)
    by_text = {
        name: [
            each.restriction.ended_because
            for each in now[1]
            if each.restriction.decision.revision_id == text.id
        ]
        for name, text in {
            "won": won,
            "restored": restored,
            "changed": changed,
            "taken": taken,
        }.items()
    }
    assert by_text == {
        "won": [RestrictionEnd.SUPERSEDED, RestrictionEnd.OVERTURNED],
        "restored": [RestrictionEnd.SUPERSEDED, RestrictionEnd.APPROVED],
        "changed": [RestrictionEnd.SUPERSEDED, RestrictionEnd.EDITED],
        "taken": [RestrictionEnd.SUPERSEDED, RestrictionEnd.WITHDRAWN],
    }


def test_spans_side_by_side_give_each_once_and_the_same_span_the_same_again(
    site: Services, clock: MovingClock
) -> None:
    for n in range(3):
        removed_by_person(site, f"{HELD} {n}", note="Sam: call mina at 030 1234567")
        clock.move(20)
    until, middle = clock.now, clock.now - timedelta(seconds=30)
    whole = exported(site, until=until)
    parts = [exported(site, until=middle), exported(site, middle, until)]
    assert [each.fields for part in parts for each in part[0]] == [each.fields for each in whole[0]]
    assert sorted(each.restriction.decision.id for part in parts for each in part[1]) == [
        *sorted(each.restriction.decision.id for each in whole[1])
    ]
    clock.move(1)
    scored(site, REMOVED)
    clock.move(1)
    assert exported(site, until=until) == whole
    text = str([each.fields for each in whole[0]])
    assert "[removed]: call [removed] at [removed]" in text
    assert "mina" not in text


def test_a_comment_older_than_the_database_allows_is_told_and_not_dropped(
    site: Services, clock: MovingClock
) -> None:
    clock.now = datetime(1999, 5, 1, tzinfo=UTC)
    revision = scored(site, HELD)
    clock.now = datetime(2026, 11, 1, tzinfo=UTC)
    decided(site, revision, Action.REMOVE)
    clock.move(16)
    made, _ = exported(site, datetime(1970, 1, 1, tzinfo=UTC))
    assert [[problem.field for problem in each.problems] for each in made] == [
        ["content_date", "application_date"],
        ["content_date"],
    ]


def test_a_span_must_end_after_it_begins_and_not_in_the_future(
    site: Services, clock: MovingClock
) -> None:
    now = site.clock.now()
    for since, until in ((now, now), (now, now - timedelta(1)), (now, now + timedelta(1))):
        with pytest.raises(InvalidInput):
            export_statements(site.context, SYSTEM, since, until)
    scored(site, HELD)
    clock.move(1)
    assert len(exported(site, until=clock.now + timedelta(days=1))[0]) == 1


def test_an_export_is_an_event_before_the_first_statement_is_given(site: Services) -> None:
    export_statements(site.context, AUDITOR, BEGINNING, site.clock.now())
    with site.context.store.read() as reader:
        (event,) = reader.audit_trail(STATEMENTS)
    assert (event.kind, event.actor) == ("statements.exported", "ines")
    assert event.data["since"] == "2020-01-01T00:00:00+00:00"


def test_spans_exported_while_others_decide_give_each_once(tmp_path: Path) -> None:
    with closing(make_services(tmp_path)) as busy:
        with ThreadPoolExecutor() as pool:
            work = [pool.submit(remove_some, busy, name) for name in ("a", "b", "c")]
            spans, since = [], BEGINNING
            while not all(each.done() for each in work):
                until = busy.clock.now()
                spans.append(texts_of(busy, since, until))
                since = until
            removed = [revision_id for each in work for revision_id in each.result()]
        spans.append(texts_of(busy, since, busy.clock.now() + timedelta(days=1)))
    assert sorted(text for span in spans for text in span) == sorted(removed)


def remove_some(services: Services, name: str) -> list[str]:
    return [scored(services, f"{REMOVED} {name} {number}").id for number in range(15)]


def texts_of(services: Services, since: datetime, until: datetime) -> list[str]:
    return [
        line.restriction.decision.revision_id
        for line in export_statements(services.context, SYSTEM, since, until)
        if isinstance(line, StatementMade)
    ]
