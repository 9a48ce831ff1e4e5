"""kill -9 of the API while it stores: nothing acknowledged is lost and nothing is stored partly."""

import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median
from threading import Semaphore

import httpx2
import pytest

from core.processes.api_process import RunningApi
from core.processes.ports import free_port
from core.servinglog.queries import ServingLogQueries
from tests.integration.api_process import running_api
from tests.kills import kill_count
from tests.patience import PATIENT_S
from tests.state_checks import broken_invariants

FULL = 200
POSTERS = 8
MOST_ANSWERS = 40
"""A kill comes after one to so many answers, with as many posts under way as there are posters."""
TEXTS = ("Fine.", "You idiot.", "Only a moron would.")

pytestmark = [pytest.mark.kills, pytest.mark.timeout(300 + 60 * kill_count(FULL))]


@dataclass
class Ledger:
    """What the clients know. A post has two comments, stored together or not at all."""

    answered: dict[str, str] = field(default_factory=dict)
    """The reference by the comment's id."""
    unanswered: set[str] = field(default_factory=set)
    """Posts that were under way when the process was killed."""

    def post(self, client: httpx2.Client, name: str) -> None:
        """Raises TransportError if there is no answer."""
        rows = [
            {"id": f"{name}.{part}", "text": TEXTS[(len(name) + part) % len(TEXTS)]}
            for part in range(2)
        ]
        try:
            response = client.post("/v1/comments", json=rows)
        except httpx2.TransportError:
            self.unanswered.add(name)
            raise
        assert response.status_code == 200, response.text
        self.unanswered.discard(name)
        for row in response.json()["comments"]:
            assert self.answered.setdefault(row["id"], row["reference"]) == row["reference"]


def numbered(prefix: str) -> Iterator[str]:
    return (f"{prefix}-{number}" for number in count())


def post_until_killed(ledger: Ledger, port: int, names: Iterator[str], answers: Semaphore) -> None:
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENT_S) as client:
        for name in names:
            try:
                ledger.post(client, name)
            except httpx2.TransportError:
                return
            answers.release()


def send_again(ledger: Ledger, port: int) -> None:
    """Sends unanswered posts again, like a site that can't know whether they were stored."""
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENT_S) as client:
        for name in sorted(ledger.unanswered):
            ledger.post(client, name)


def check(home: Path, ledger: Ledger) -> None:
    """Checks the state on disk after a kill and the next start."""
    with closing(sqlite3.connect(home / "state.db")) as raw:
        found = raw.execute(
            "SELECT c.source_id, r.reference, count(d.id), count(DISTINCT r.id) FROM comments c "
            "JOIN revisions r ON r.comment_id = c.id LEFT JOIN decisions d ON d.revision_id = r.id "
            "GROUP BY c.id"
        ).fetchall()
        bare_cases = raw.execute(
            "SELECT id FROM cases WHERE revision_id NOT IN (SELECT revision_id FROM decisions)"
        ).fetchall()
    stored = {source_id: reference for source_id, reference, *_ in found}
    assert len(stored) == len(found), "a comment is there twice"
    assert ledger.answered.items() <= stored.items()
    assert {revisions for *_, revisions in found} <= {1}
    undecided = {source_id for source_id, _, decisions, _ in found if decisions == 0}
    assert not undecided & ledger.answered.keys()
    assert {decisions for *_, decisions, _ in found} <= {0, 1}
    halves = Counter(source_id.rpartition(".")[0] for source_id in stored)
    assert set(halves.values()) <= {2}, "half of a post was stored"
    assert (
        halves.keys() <= {name.rpartition(".")[0] for name in ledger.answered} | ledger.unanswered
    )
    assert bare_cases == []
    assert broken_invariants(home / "state.db") == {}
    assert ServingLogQueries(home / "serving-log").bounds().calls >= len(ledger.answered) // 2


def test_a_kill_while_storing_loses_nothing_acknowledged(tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    chance, kills = random.Random(seed), kill_count(FULL)
    ledger, hits, under_way = Ledger(), 0, 0
    starts_s, cpus_s = list[float](), list[float]()
    for number in count():
        port = free_port()
        began = time.monotonic()
        with running_api(tmp_path, port) as process, ThreadPoolExecutor(POSTERS) as pool:
            starts_s.append(time.monotonic() - began)
            cpus_s.append(RunningApi(port, tmp_path, process).cpu_s() or 0.0)
            check(tmp_path, ledger)
            send_again(ledger, port)
            if hits == kills:
                break
            answers = Semaphore(0)
            posting = [
                pool.submit(post_until_killed, ledger, port, numbered(f"{number}-{each}"), answers)
                for each in range(POSTERS)
            ]
            for _ in range(chance.randint(1, MOST_ANSWERS)):
                assert answers.acquire(timeout=PATIENT_S)
            process.send_signal(signal.SIGKILL)
            for each in posting:
                each.result()
            hits += bool(ledger.unanswered)
            under_way += len(ledger.unanswered)
    check(tmp_path, ledger)
    assert ledger.unanswered == set()
    print(
        f"seed {seed}: {hits} kills hit work in {number} runs, {under_way} posts under way, "
        f"{len(ledger.answered)} comments acknowledged; to its first answer a start took "
        f"{median(starts_s):.2f} s, {max(starts_s):.2f} s at most, of them {median(cpus_s):.2f} s "
        f"and {max(cpus_s):.2f} s of a processor"
    )
