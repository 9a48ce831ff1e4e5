"""The transparency report: its figures of a known state, the same on both databases and by each
printed query alone, and the same counts as the statements."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from core.bootstrap.services import Services, build_services
from core.config import STATE_IN_HOME, Settings
from core.errors import InvalidInput
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.moderation.reports import ReportKind
from core.services.reopen import reopen
from core.services.review import undo_decision
from core.services.transparency import TransparencyReport, load_transparency
from core.store.transparency_queries import FIGURES
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    OTHER_LEAD,
    REMOVED,
    appealed,
    decided,
    edited,
    heard,
    make_services,
    reported,
    scored,
)
from tests.moving_clock import START, MovingClock
from tests.property.restriction_counts import (
    check_same_counts,
    counts_of_report,
    counts_of_statements,
)

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
GRACE_S = 15
OLD_HOME = Path(__file__).parents[1] / "homes" / "0.1.0"


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def site(tmp_path: Path, clock: MovingClock, each_state_url: str) -> Iterator[Services]:
    """On each kind of database."""
    opened = make_services(tmp_path, clock=clock.clock, grace_s=GRACE_S, state_url=each_state_url)
    yield opened
    opened.close()


def whole(services: Services) -> TransparencyReport:
    until = services.clock.now()
    return load_transparency(services.context, SYSTEM, BEGINNING, until)


def values(report: TransparencyReport) -> dict[str, float | None]:
    return {figure.query.name: figure.value for figure in report.figures}


def rerun(services: Services, text: str) -> list[tuple[object, ...]]:
    """The printed query by the database's own driver."""
    settings = services.settings
    if settings.state_url == STATE_IN_HOME:
        with sqlite3.connect(settings.state_path) as connection:
            rows = connection.execute(text).fetchall()
        connection.close()
        return rows
    with psycopg.connect(settings.state_url) as connection:
        return connection.execute(text).fetchall()  # type: ignore[call-overload, no-any-return]


def fill(site: Services, clock: MovingClock) -> None:
    """Eight texts with one fate each; a second between what is done."""
    texts = {name: scored(site, f"{HELD} {name}") for name in ("a", "b", "c", "d", "e", "f")}
    clock.move(60)
    by_model = scored(site, REMOVED)
    seen = scored(site, CLEAN)
    clock.move(60)
    reported(site, seen)
    reported(site, seen, "uwe", kind=ReportKind.TRUSTED_FLAGGER)
    clock.move(100)
    for name in ("a", "b", "c", "d"):
        decided(site, texts[name], Action.REMOVE)
    decided(site, texts["e"], Action.APPROVE)
    decided(site, texts["f"], Action.REMOVE)
    decided(site, seen, Action.REMOVE, reason_code="threat")
    clock.move(5)
    undo_decision(site.context, MODERATOR, texts["f"].id, seen_version=2)  # cancelled
    clock.move(20)
    won, lost, closed = (appealed(site, texts[name]) for name in ("a", "b", "c"))
    clock.move(1_000)
    heard(site, won, overturn=True)
    clock.move(1_000)
    heard(site, lost, overturn=False, actor=OTHER_LEAD)
    edited(site, texts["c"], CLEAN)
    assert closed.status == "pending"
    reopen(site.context, LEAD, texts["d"].id, seen_version=2)
    decided(site, texts["d"], Action.APPROVE, actor=LEAD)
    clock.move(GRACE_S + 1)
    appealed(site, by_model)
    decided(site, texts["f"], Action.REMOVE)  # in its window
    clock.move(1)


def test_figures_of_a_known_state(site: Services, clock: MovingClock) -> None:
    fill(site, clock)
    report = whole(site)
    assert counts_of_report(report) == {
        ("hold", "harassment", "automated"): 6,
        ("removal", "harassment", "automated"): 1,
        ("removal", "harassment", "person"): 4,
        ("removal", "threat", "person"): 1,
    }
    assert values(report) == {
        "restrictions": 12,
        "automated_share": pytest.approx(7 / 12),
        "restrictions_by_reason": 12,
        "restored_by_staff": 1,
        "reports_received": 2,
        "appeals_filed": 4,
        "appeals_upheld": 1,
        "appeals_overturned": 1,
        "appeals_closed": 1,
        # One after 160 s and four after 220 s, each with its window.
        "comment_to_decision": 220 + GRACE_S,
        "report_to_decision": 100 + GRACE_S,
        "appeal_to_outcome": 1_500,
    }
    assert [row.groups for row in report.figure("reports_received").rows] == [
        ("trusted_flagger",),
        ("user",),
    ]


def test_each_printed_query_gives_its_number_by_itself(site: Services, clock: MovingClock) -> None:
    fill(site, clock)
    for figure in whole(site).figures:
        again = rerun(site, figure.text)
        found = [(tuple(groups), None if n is None else float(n)) for *groups, n in again]  # type: ignore[arg-type]
        assert found == [(row.groups, row.value) for row in figure.rows], figure.query.name


def test_an_empty_state_has_every_figure(site: Services, clock: MovingClock) -> None:
    clock.move(1)
    report = whole(site)
    assert [figure.query for figure in report.figures] == list(FIGURES)
    numbers = values(report)
    unknown = {name for name, value in numbers.items() if value is None}
    assert unknown == {
        "automated_share",
        "comment_to_decision",
        "report_to_decision",
        "appeal_to_outcome",
    }
    assert set(numbers.values()) == {0, None}


@pytest.mark.slow
def test_statements_and_report_count_the_same_in_every_span(
    site: Services, clock: MovingClock
) -> None:
    fill(site, clock)
    total = 0
    edges = [BEGINNING, *(START + timedelta(seconds=n) for n in (60, 130, 235, 250, 1_300))]
    for since, until in zip(edges, [*edges[1:], clock.now], strict=True):
        report = load_transparency(site.context, SYSTEM, since, until)
        assert counts_of_report(report) == counts_of_statements(site.context, since, until)
        total += int(report.figure("restrictions").value or 0)
    assert total == whole(site).figure("restrictions").value


@pytest.mark.slow
def test_what_is_decided_later_does_not_change_an_earlier_span(
    site: Services, clock: MovingClock
) -> None:
    fill(site, clock)
    until = clock.now
    before = load_transparency(site.context, SYSTEM, BEGINNING, until)
    clock.move(100)
    scored(site, REMOVED)
    assert load_transparency(site.context, SYSTEM, BEGINNING, until) == before


def test_a_span_ends_after_it_begins_and_at_the_present(site: Services, clock: MovingClock) -> None:
    now = clock.now
    for since, until in ((now, now), (now, now - timedelta(1)), (now, now + timedelta(1))):
        with pytest.raises(InvalidInput):
            load_transparency(site.context, SYSTEM, since, until)
    clock.move(1)
    report = load_transparency(site.context, SYSTEM, now, now + timedelta(days=9))
    assert (report.since, report.until) == (now, clock.now)


def test_a_state_of_an_earlier_version_counts_the_same(tmp_path: Path) -> None:
    home = shutil.copytree(OLD_HOME, tmp_path / "home")
    with closing(build_services(Settings(home=home, backend="fake"), worker="test")) as old:
        check_same_counts(old.context, old.clock.now() - timedelta(seconds=1))
        counted = whole(old)
    assert counted.figure("restrictions").value == 18
    assert counted.figure("appeals_overturned").value == 1
