"""kill -9 while disagreements arise and are settled: each is settled whole or not at all."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.config import Settings
from core.moderation.policies import Action
from core.services.disagreements import settle
from tests.factories import make_services
from tests.integration.quality_calls import PIA, WHY
from tests.kills import kill_count
from tests.state_checks import broken_invariants, place_of, state_rows

ROUNDS = kill_count(12)
MOST_STEPS = 6
LONGEST_S = 0.03
SCRIPT = Path(__file__).with_name("settling_process.py")
HALF = """
    SELECT l.id FROM second_looks l JOIN revisions r ON r.id = l.revision_id
    WHERE (l.state = 'settled') <> (r.current_decision_id <> l.decision_id)"""
"""Settled without its new decision, or decided anew without being settled."""


def settle_and_kill(settings: Settings, steps: int, after_s: float, *flags: str) -> list[str]:
    """The looks that the process acknowledged before it was killed, at least `steps`."""
    child = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(settings.home), settings.state_url, *flags],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(SCRIPT.parents[2])},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    said = "".join(child.stdout.readline() for _ in range(steps))
    time.sleep(after_s)
    child.kill()
    said += child.communicate()[0]
    assert child.returncode == -signal.SIGKILL
    return [line.strip() for line in said.splitlines(keepends=True) if line.endswith("\n")]


@pytest.mark.kills
@pytest.mark.slow
def test_a_killed_process_settles_whole_or_not_at_all(tmp_path: Path, each_state_url: str) -> None:
    settings = Settings(home=tmp_path, state_url=each_state_url)
    place = place_of(settings)
    seed = random.randrange(10**6)
    print("seed", seed)  # shown when the test fails
    moments = random.Random(seed)
    acknowledged: set[str] = set()
    for _ in range(ROUNDS):
        steps = 1 + moments.randrange(MOST_STEPS)
        acknowledged |= set(settle_and_kill(settings, steps, moments.uniform(0, LONGEST_S)))
        assert state_rows(place, HALF) == []
        assert broken_invariants(place) == {}
        settled = "SELECT id FROM second_looks WHERE state = 'settled'"
        assert acknowledged <= {row[0] for row in state_rows(place, settled)}
    assert len(acknowledged) >= ROUNDS


@pytest.mark.kills
@pytest.mark.slow
def test_a_kill_inside_the_transaction_leaves_everything_as_it_was(
    tmp_path: Path, each_state_url: str
) -> None:
    settings = Settings(home=tmp_path, state_url=each_state_url)
    (inside,) = settle_and_kill(settings, 1, 0.0, "inside")
    place = place_of(settings)
    states = "SELECT id, state, (SELECT count(*) FROM decisions) FROM second_looks"
    assert state_rows(place, states) == [(inside, "different", 2)]
    assert broken_invariants(place) == {}
    services = make_services(tmp_path, state_url=each_state_url)
    assert settle(services.context, PIA, inside, Action.APPROVE, because=WHY) is not None
    services.close()
    assert state_rows(place, states) == [(inside, "settled", 4)]
    assert broken_invariants(place) == {}
