"""Several processes decide on the same cases at once; each case is decided exactly once."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.config import Settings
from core.moderation.audit import AuditKind
from core.moderation.cases import CaseStatus
from core.moderation.comments import IncomingComment
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.services.ingest import ingest
from core.services.score import score_waiting
from tests.factories import HELD, listed, make_services
from tests.patience import PATIENT_S

pytestmark = pytest.mark.slow

CASES = 20
SCRIPT = Path(__file__).with_name("reviewer_process.py")


@pytest.fixture
def services(tmp_path: Path, each_state_url: str) -> Iterator[Services]:
    made = make_services(tmp_path, state_url=each_state_url)
    yield made
    made.context.store.close()


def held_revisions(services: Services) -> list[str]:
    now = services.clock.now()
    rows = [IncomingComment("site", str(n), HELD, "sam", now) for n in range(CASES)]
    list(ingest(services.context, SYSTEM, rows))
    list(score_waiting(services.context, services.scorer))
    return [line.revision_id for line in listed(services)]


def race(settings: Settings, names: list[str], revision_ids: list[str]) -> list[dict[str, str]]:
    """The output of every process; all start at the same moment."""
    command = [sys.executable, str(SCRIPT), str(settings.home), settings.state_url]
    children = [
        subprocess.Popen(
            [*command, name, *revision_ids],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    said = [child.communicate(timeout=PATIENT_S)[0] for child in children]
    assert [child.returncode for child in children] == [0] * len(names)
    return [json.loads(line) for text in said for line in text.splitlines()]


@pytest.mark.parametrize("reviewers", [2, 6])
def test_each_case_has_one_winner_and_every_loser_is_told_who(
    services: Services, reviewers: int
) -> None:
    names = [f"reviewer{number}" for number in range(reviewers)]
    revision_ids = held_revisions(services)
    assert len(revision_ids) == CASES

    said = race(services.settings, names, revision_ids)

    assert Counter(line["revision"] for line in said) == dict.fromkeys(revision_ids, reviewers)
    with services.context.store.read() as reader:
        for revision_id in revision_ids:
            lines = [line for line in said if line["revision"] == revision_id]
            (winner,) = [line for line in lines if line["decision"]]
            held, current = reader.decision_chain(revision_id)
            assert (current.id, current.actor) == (winner["decision"], winner["who"])
            assert (current.action, current.supersedes) == (Action.APPROVE, held.id)
            losers = [line for line in lines if line["conflict"]]
            assert len(losers) == reviewers - 1
            assert all(line["conflict"].startswith(f"{winner['who']} ") for line in losers)
            case = reader.case_of(revision_id)
            assert case is not None
            assert case.status is CaseStatus.CLOSED
            trail = reader.audit_trail(revision_id)
            assert [(event.kind, event.actor) for event in trail] == [
                (AuditKind.COMMENT_STORED, "system"),
                (AuditKind.DECISION_AUTOMATED, "system"),
                (AuditKind.DECISION_REVIEWED, winner["who"]),
            ]
        assert reader.queue_count().open == 0
