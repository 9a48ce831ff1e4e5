"""The history on which a policy is tried: what is in it, and that what was kept of it is right."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from core.bootstrap.services import Services
from core.moderation.comments import Revision
from core.moderation.history import KEPT, NOT_JUDGED, REMOVED, History
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.services.erasure import erase_author
from core.services.review import undo_decision
from core.store.history_file import HISTORY_FILE, HistoryFile
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    appealed,
    decided,
    edited,
    heard,
    make_services,
    removed_by_person,
    reported,
    scored,
    unscored,
    withdrawn,
)
from tests.factories import REMOVED as REMOVED_TEXT
from tests.moving_clock import MovingClock
from tests.property.history_rows import expected_row, rows_of

pytestmark = pytest.mark.slow

GRACE_S = 15


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def services(tmp_path: Path, clock: MovingClock) -> Iterator[Services]:
    made = make_services(tmp_path, clock=clock.clock, grace_s=GRACE_S, audit_share=0.25)
    yield made
    made.close()


def again(services: Services, clock: MovingClock) -> Services:
    """Another process on the same home."""
    return make_services(services.settings.home, clock=clock.clock, grace_s=GRACE_S)


def verdict_of(history: History, revision: Revision) -> int:
    (row,) = np.flatnonzero(history.ids == revision.id.encode())
    return int(history.verdicts[row])


def many(services: Services, clock: MovingClock) -> list[Revision]:
    """One of each kind."""
    removed = removed_by_person(services)
    kept = scored(services, HELD)
    decided(services, kept, Action.APPROVE)
    undone = scored(services, HELD)
    decided(services, undone, Action.REMOVE)
    clock.move(GRACE_S)
    undo_decision(services.context, MODERATOR, undone.id, seen_version=2)
    overturned = removed_by_person(services)
    clock.move(GRACE_S)
    heard(services, appealed(services, overturned), overturn=True)
    escalated = scored(services, HELD)
    decided(services, escalated, Action.ESCALATE)
    seen = scored(services, CLEAN)
    reported(services, seen)
    changed = scored(services, HELD)
    return [
        removed,
        kept,
        undone,
        overturned,
        escalated,
        seen,
        scored(services, REMOVED_TEXT),
        unscored(services, CLEAN),
        withdrawn(services, removed_by_person(services)),
        changed,
        edited(services, changed, f"{HELD} Really."),
    ]


def check(services: Services, history: History, revisions: list[Revision]) -> None:
    """Compares it with the reads of one text at a time."""
    with services.context.store.read() as reader:
        rows = {each.id: expected_row(reader, each.id, services.clock.now()) for each in revisions}
    assert rows_of(history) == {name: row for name, row in rows.items() if row is not None}


def authors_of(history: History, *revisions: Revision) -> list[int]:
    rows = [int(np.flatnonzero(history.ids == each.id.encode())[0]) for each in revisions]
    return [int(history.authors[row]) for row in rows]


def test_authors_without_a_name_are_not_one_author(services: Services) -> None:
    unnamed = [scored(services, HELD, author="[deleted]") for _ in range(2)]
    named = [scored(services, HELD, author="ann") for _ in range(2)]
    found = authors_of(services.policy_history.read(), *unnamed, *named)
    assert len(set(found)) == 3
    assert found[2] == found[3]


def test_an_erased_text_stays_in_it_without_its_author(
    services: Services, clock: MovingClock
) -> None:
    first = scored(services, HELD, author="ann")
    second = edited(services, first, f"{HELD} Really.")
    before = services.policy_history.read()
    (known,) = set(authors_of(before, first, second))
    list(erase_author(services.context, SYSTEM, "test", "ann"))
    after = services.policy_history.read()
    check(services, after, [first, second])
    assert known not in authors_of(after, first, second)
    other = again(services, clock)
    assert known not in authors_of(other.policy_history.read(), first, second)
    other.policy_history.forget()
    assert not list(other.settings.policy_history_dir.iterdir())
    assert len(other.policy_history.read()) == len(after)
    other.close()


def test_it_has_each_text_that_was_decided_on_by_scores(
    services: Services, clock: MovingClock
) -> None:
    revisions = many(services, clock)
    history = services.policy_history.read()
    check(services, history, revisions)
    assert len(history) == len(revisions) - 1, "one was not scored"
    assert [verdict_of(history, each) for each in revisions[:5]] == [
        REMOVED,
        KEPT,
        NOT_JUDGED,
        KEPT,
        NOT_JUDGED,
    ]
    assert len(set(history.authors)) == 1
    assert np.isnan(history.scores[Label.SEVERE_TOXICITY]).all()


def test_what_is_new_is_added_and_what_changed_is_read_again(
    services: Services, clock: MovingClock
) -> None:
    revisions = [scored(services, HELD) for _ in range(3)]
    past = services.policy_history
    assert (past.read().verdicts == NOT_JUDGED).all()
    assert past.read() is past.read(), "nothing new"
    decided(services, revisions[1], Action.REMOVE)
    revisions += many(services, clock)
    check(services, past.read(), revisions)
    check(services, again(services, clock).policy_history.read(), revisions)


def test_a_decision_counts_from_the_end_of_its_window(
    services: Services, clock: MovingClock
) -> None:
    revision = scored(services, HELD)
    past = services.policy_history
    decided(services, revision, Action.REMOVE)
    assert verdict_of(past.read(), revision) == NOT_JUDGED
    clock.move(GRACE_S)
    assert verdict_of(past.read(), revision) == REMOVED
    assert verdict_of(again(services, clock).policy_history.read(), revision) == REMOVED


def test_one_that_is_gone_within_the_window_was_never_judged(
    services: Services, clock: MovingClock
) -> None:
    first, second = scored(services, HELD), scored(services, HELD)
    past = services.policy_history
    decided(services, first, Action.REMOVE)
    decided(services, second, Action.REMOVE)
    past.read()
    edited(services, first, f"{HELD} Really.")
    withdrawn(services, second)
    clock.move(timedelta(days=1).total_seconds())
    assert verdict_of(past.read(), first) == NOT_JUDGED
    assert verdict_of(past.read(), second) == NOT_JUDGED


def test_an_audit_has_the_share_with_which_it_was_drawn(
    services: Services, clock: MovingClock
) -> None:
    revisions = [scored(services, f"{CLEAN} {number}") for number in range(40)]
    history = services.policy_history.read()
    with services.context.store.read() as reader:
        drawn = [each for each in revisions if reader.case_of(each.id) is not None]
    assert 0 < len(drawn) < 40
    assert sorted(history.chances) == [0.0] * (40 - len(drawn)) + [0.25] * len(drawn)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no file of numpy", None])
def test_a_kept_file_that_is_damaged_is_made_anew(
    services: Services, clock: MovingClock, content: bytes | None
) -> None:
    revisions = [scored(services, HELD)]
    services.policy_history.read()
    file = services.settings.policy_history_dir / HISTORY_FILE
    assert file.stat().st_mode & 0o777 == 0o600
    if content is None:
        whole = bytearray(file.read_bytes())
        whole[len(whole) // 3] ^= 1
        content = bytes(whole)
    file.write_bytes(content)
    check(services, again(services, clock).policy_history.read(), revisions)
    assert HistoryFile(file).load() is not None


def test_a_file_that_can_not_be_written_changes_no_answer(
    services: Services, clock: MovingClock
) -> None:
    revisions = [scored(services, HELD)]
    past = services.policy_history
    shutil.rmtree(services.settings.policy_history_dir)
    check(services, past.read(), revisions)


def test_what_was_kept_of_another_course_of_events_is_not_used(
    services: Services, clock: MovingClock, tmp_path: Path
) -> None:
    """A state put back from a copy goes on otherwise, with as many events."""
    if not services.settings.keeps_state_in_home:
        pytest.skip("copies the file of the state")
    scored(services, HELD)
    services.close()
    shutil.copytree(services.settings.home, tmp_path / "copy")
    first, other = again(services, clock), make_services(tmp_path / "copy", clock=clock.clock)
    for _ in range(3):
        scored(first, HELD)
    first.policy_history.read()
    mine = [scored(other, HELD) for _ in range(3)]
    kept = first.settings.policy_history_dir / HISTORY_FILE
    other.settings.policy_history_dir.mkdir(exist_ok=True)
    shutil.copy(kept, other.settings.policy_history_dir / HISTORY_FILE)
    found = set(rows_of(other.policy_history.read()))
    assert {each.id for each in mine} <= found
    assert len(found) == 4
    first.close()
    other.close()


def test_a_part_that_a_killed_process_left_is_removed(
    services: Services, clock: MovingClock
) -> None:
    scored(services, HELD)
    past = services.policy_history
    left = services.settings.policy_history_dir / f"{HISTORY_FILE}.0123.part"
    left.write_bytes(b"PK")
    past.read()
    assert [path.name for path in left.parent.iterdir()] == [HISTORY_FILE]


def test_it_holds_no_text_and_no_name(services: Services) -> None:
    scored(services, HELD, author="a-rare-name")
    decided(services, scored(services, HELD), Action.REMOVE, actor=LEAD)
    services.policy_history.read()
    content = (services.settings.policy_history_dir / HISTORY_FILE).read_bytes()
    assert not any(word in content for word in (b"a-rare-name", b"idiot", b"lena"))
