"""kill -9 at any moment: what was acknowledged is stored, and nothing is stored partly."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.config import Settings
from core.services.score import score_waiting
from tests.factories import make_services
from tests.kills import kill_count
from tests.state_checks import Place, broken_invariants, place_of, state_rows

ROUNDS = kill_count(80)
MOST_STEPS = 60
LONGEST_S = 0.02
"""Past the last step that is waited for: somewhere within the next ones."""
SCRIPT = Path(__file__).with_name("busy_process.py")
# Where a word the process says proves to be true.
PROOFS = {
    "stored": "SELECT source_id FROM comments",
    "decided": "SELECT id FROM decisions",
}


def run_and_kill(
    settings: Settings, round_name: str, steps: int, after_s: float
) -> list[tuple[str, str]]:
    """What the process acknowledged before it was killed, at least `steps` steps."""
    child = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(settings.home), settings.state_url, round_name],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == f"ready {round_name}\n"
    said = "".join(child.stdout.readline() for _ in range(steps))
    time.sleep(after_s)
    child.kill()
    said += child.communicate()[0]
    assert child.returncode == -signal.SIGKILL
    whole = [line for line in said.splitlines(keepends=True) if line.endswith("\n")]
    return [(line.split()[0], line.split()[1]) for line in whole]


def lost(place: Place, acknowledged: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """What was acknowledged but is not stored."""
    kept = {(what, row[0]) for what, query in PROOFS.items() for row in state_rows(place, query)}
    return {(what, name) for what, name in acknowledged if what in PROOFS} - kept


@pytest.mark.kills
def test_killed_console_keeps_what_it_acknowledged_and_goes_on(
    tmp_path: Path, each_state_url: str
) -> None:
    settings = Settings(home=tmp_path, state_url=each_state_url)
    seed = random.randrange(10**6)
    print("seed", seed)  # shown when the test fails
    moments = random.Random(seed)
    acknowledged: list[tuple[str, str]] = []
    for number in range(ROUNDS):
        # The first round does a bit of everything, the others stop anywhere.
        steps = MOST_STEPS if number == 0 else moments.randrange(MOST_STEPS)
        after_s = moments.uniform(0.0, LONGEST_S)
        acknowledged += run_and_kill(settings, f"r{number}", steps, after_s)
        state = make_services(tmp_path, state_url=each_state_url)
        state.context.store.close()
        assert lost(place_of(state.settings), acknowledged) == set()
        assert broken_invariants(place_of(state.settings)) == {}

    services = make_services(tmp_path, state_url=each_state_url)
    list(score_waiting(services.context, services.scorer))
    with services.context.store.read() as reader:
        assert reader.count_waiting() == 0
    services.context.store.close()
    assert broken_invariants(place_of(services.settings)) == {}
    assert lost(place_of(services.settings), acknowledged) == set()
    # The rounds did real work: else nothing above could have failed.
    assert {what for what, _ in acknowledged} == {"stored", "scored", "decided"}


def test_word_that_was_not_kept_would_be_found(tmp_path: Path, each_state_url: str) -> None:
    services = make_services(tmp_path, state_url=each_state_url)
    services.context.store.close()
    state = place_of(services.settings)
    assert lost(state, [("stored", "x"), ("decided", "y")]) == {("stored", "x"), ("decided", "y")}
