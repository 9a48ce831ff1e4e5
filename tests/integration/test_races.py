"""Everything that is checked and then written, by several processes at once: one of them wins, the
others are told, and nothing is stored twice."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.config import Settings
from core.moderation.decisions import DecisionSource
from core.services.score import score_waiting
from tests.factories import HELD, make_services, removed_by_person, scored
from tests.state_checks import broken_invariants, place_of, state_rows

pytestmark = pytest.mark.slow

RUNNERS = ("first", "second")
ROUNDS = 30
SCRIPT = Path(__file__).with_name("racing_process.py")


class Runner:
    """A process that works at our word."""

    def __init__(self, settings: Settings, name: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT), str(settings.home), settings.state_url, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def heard(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@contextmanager
def running(settings: Settings) -> Iterator[Sequence[Runner]]:
    with ExitStack() as stack:
        runners = [Runner(settings, name) for name in RUNNERS]
        for runner in runners:
            stack.enter_context(runner.process)
            stack.callback(runner.process.kill)
        for runner in runners:
            assert runner.heard() == "ready"
        yield runners


def race(runners: Sequence[Runner], works: Sequence[str]) -> list[list[str]]:
    """What each work ended as for each runner; all are given all work at once."""
    for work in works:
        for runner in runners:
            runner.say(work)
    return [sorted(runner.heard() for runner in runners) for _ in works]


@pytest.fixture
def services(tmp_path: Path, each_state_url: str) -> Iterator[Services]:
    made = make_services(tmp_path, state_url=each_state_url)
    yield made
    made.close()


def test_each_check_and_write_has_one_winner(services: Services) -> None:
    held = [scored(services, HELD) for _ in range(ROUNDS)]
    removed = [removed_by_person(services) for _ in range(ROUNDS)]
    numbers = [str(number) for number in range(2, 2 + ROUNDS)]
    with running(services.settings) as runners:
        # One kind after the other: the second process must not be behind by a whole kind.
        for losing, kind, names in (
            ("was there", "thread", numbers),
            ("was there", "comment", numbers),
            ("was there", "edit", numbers),
            ("was there", "policy", numbers),
            ("Conflict", "decide", [revision.id for revision in held]),
            ("AppealRefused", "appeal", [revision.reference for revision in removed]),
        ):
            outcomes = race(runners, [f"{kind} {name}" for name in names])
            assert outcomes == [sorted([losing, "won"])] * ROUNDS, kind
    place = place_of(services.settings)
    assert broken_invariants(place) == {}
    for table, stored in (("threads", ROUNDS), ("policies", 1 + ROUNDS), ("appeals", ROUNDS)):
        assert state_rows(place, f"SELECT count(*) FROM {table}") == [(stored,)]


def test_an_edit_and_a_decision_at_the_same_moment(services: Services) -> None:
    """Whichever is first, the new text waits for its own decision."""
    with running(services.settings) as runners:
        names = [f"e{number}" for number in range(ROUNDS)]
        race(runners, [f"comment {name}" for name in names])
        for name in names:
            revision = _held(services, name)
            runners[0].say(f"edit {name}")
            runners[1].say(f"decide {revision}")
            assert runners[0].heard() == "won"
            assert runners[1].heard() in ("won", "Conflict")
    assert broken_invariants(place_of(services.settings)) == {}
    with services.context.store.read() as reader:
        for name in names:
            comment = reader.comment_by_source("site", name)
            assert comment is not None
            newest = reader.latest_revision(comment.id)
            assert newest is not None
            sources = {each.source for each in reader.decision_chain(newest.id)}
            assert (newest.number, sources - {DecisionSource.RULE}) == (2, set())


def _held(services: Services, name: str) -> str:
    list(score_waiting(services.context, services.scorer))
    with services.context.store.read() as reader:
        comment = reader.comment_by_source("site", name)
        revision = reader.latest_revision(comment.id) if comment else None
    assert revision is not None
    return revision.id
